using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace FastNN.Tests.Support;

/// <summary>
/// Changes the floating-point mode of a thread, as native code may, through fegetenv and fesetenv of glibc. The environment that they copy
/// holds the register: MXCSR on x64, FPCR on Arm64.
/// </summary>
internal static unsafe class NativeMode
{
    private const string Flushes = "takes subnormal numbers as 0 (FTZ or DAZ)";

    private static readonly bool s_isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly nint s_library = Load();

    /// <summary>The bits of each mode, and what a message says of it. There is none where the library is not glibc.</summary>
    internal static IReadOnlyDictionary<string, uint> All { get; } = s_library == 0
        ? new Dictionary<string, uint>()
        : new Dictionary<string, uint>
        {
            ["rounds up"] = s_isArm ? 0x40_0000u : 0x4000,
            ["rounds down"] = s_isArm ? 0x80_0000u : 0x2000,
            ["rounds towards 0"] = s_isArm ? 0xC0_0000u : 0x6000,
            [Flushes] = s_isArm ? 0x100_0000u : 0x8040,
            [$"rounds up and {Flushes}"] = s_isArm ? 0x140_0000u : 0xC000, // FTZ alone, on x64
            [$"rounds down and {Flushes}"] = s_isArm ? 0x180_0000u : 0x2040, // DAZ alone, on x64
        };

    /// <summary>
    /// Calls the body on a thread of its own that has these bits set. Threads that it started would have them too, so it must start none.
    /// </summary>
    internal static void Run(uint bits, Action body)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            uint* environment = stackalloc uint[16];
            ref uint register = ref environment[s_isArm ? 0 : 7];
            Call("fegetenv", environment);
            uint before = register;
            try
            {
                register |= bits;
                Call("fesetenv", environment);
                body();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                register = before;
                Call("fesetenv", environment);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void Call(string function, uint* environment) =>
        ((delegate* unmanaged<uint*, int>)NativeLibrary.GetExport(s_library, function))(environment);

    private static nint Load() =>
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64
            && NativeLibrary.TryLoad("libm.so.6", out nint library) ? library : 0;
}
