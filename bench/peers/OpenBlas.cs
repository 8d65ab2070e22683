using System.Runtime.InteropServices;
using FastNN.Bench.Machine;

namespace FastNN.Bench.Peers;

/// <summary>What is called of OpenBLAS, the C library. Matrices are row by row.</summary>
internal static unsafe partial class OpenBlas
{
    internal const string Library = "libopenblas.so.0";

    private const int RowMajor = 101;

    /// <summary>Whether a matrix is taken as it is or transposed.</summary>
    internal enum Form
    {
        AsItIs = 111,
        Transposed = 112,
    }

    /// <summary>The version and the kernels that it chose, as tables show them.</summary>
    internal static string Version => $"{Marshal.PtrToStringUTF8(GetConfig())!.Split(' ')[1]} with kernels for {Core}";

    /// <summary>Whether small matrices have kernels of their own, which need no copies. Of all cores only those with AVX-512 do.</summary>
    internal static bool HasSmallKernels => Core is "SkylakeX" or "Cooperlake" or "SapphireRapids";

    private static string Core => Marshal.PtrToStringUTF8(GetCoreName())!;

    /// <summary>
    /// Loads the library, for one thread. It reads the variable of the environment when it is loaded. It uses AVX2 where this process has
    /// AVX-512 switched off, so that both have the same peak. Otherwise it knows best, and what the user has set does not count.
    /// </summary>
    internal static void Load()
    {
        const string variable = "OPENBLAS_CORETYPE";
        if (OperatingSystem.IsLinux())
        {
            if (Cpu.WidestInUse == KernelVariant.Vector256 && Cpu.Widest == KernelVariant.Vector512) SetVariable(variable, "Haswell", 1);
            else RemoveVariable(variable);
        }

        SetThreads(1);
    }

    /// <summary>C ← α·A·B + β·C, where C has so many rows and columns, and each sum so many terms.</summary>
    internal static void Gemm(
        Form formA, Form formB, int rows, int columns, int terms, float alpha, float* a, float* b, float beta, float* c) =>
        Gemm(
            RowMajor, formA, formB, rows, columns, terms, alpha, a, formA == Form.AsItIs ? terms : rows, b,
            formB == Form.AsItIs ? columns : terms, beta, c, columns);

    /// <summary>y ← α·A·x + β·y, where A has so many rows and columns before it is transposed.</summary>
    internal static void Gemv(Form form, int rows, int columns, float alpha, float* a, float* x, float beta, float* y) =>
        Gemv(RowMajor, form, rows, columns, alpha, a, columns, x, 1, beta, y, 1);

    /// <summary>A ← A + α·x·yᵀ.</summary>
    internal static void Ger(int rows, int columns, float alpha, float* x, float* y, float* a) =>
        Ger(RowMajor, rows, columns, alpha, x, 1, y, 1, a, columns);

    /// <summary>y ← y + α·x.</summary>
    internal static void Axpy(int count, float alpha, float* x, float* y) => Axpy(count, alpha, x, 1, y, 1);

    /// <summary>For native code. <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not reach it.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveVariable(string name);

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetThreads(int threads);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfig();

    [LibraryImport(Library, EntryPoint = "openblas_get_corename")]
    private static partial nint GetCoreName();

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Gemm(
        int order, Form formA, Form formB, int rows, int columns, int terms, float alpha, float* a, int strideA, float* b, int strideB,
        float beta, float* c, int strideC);

    [LibraryImport(Library, EntryPoint = "cblas_sgemv")]
    private static partial void Gemv(
        int order, Form form, int rows, int columns, float alpha, float* a, int strideA, float* x, int stepX, float beta, float* y,
        int stepY);

    [LibraryImport(Library, EntryPoint = "cblas_sger")]
    private static partial void Ger(
        int order, int rows, int columns, float alpha, float* x, int stepX, float* y, int stepY, float* a, int strideA);

    [LibraryImport(Library, EntryPoint = "cblas_saxpy")]
    private static partial void Axpy(int count, float alpha, float* x, int stepX, float* y, int stepY);
}
