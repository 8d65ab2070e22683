using System.Runtime.CompilerServices;

namespace FastNN.Plumbing;

/// <summary>
/// Whether the calling thread computes as IEEE 754 says by default: sums are rounded to nearest, and subnormal numbers are numbers. Native
/// code can change this for its thread, and .NET cannot ask for it. So this computes what would come out differently.
/// </summary>
internal static class FloatingPointMode
{
    private const float Small = 1f / (1 << 26), Least = 1.17549435e-38f; // less than half of an ulp of 1; 2⁻¹²⁶

    /// <summary>Two sums and two products, one of them subnormal: some tens of nanoseconds.</summary>
    internal static bool IsDefault => IsNearest(1f, Small) && HasSubnormals(Least, 0.5f, 2f);

    /// <exception cref="InvalidOperationException">The mode of the thread is not the default.</exception>
    internal static void Check()
    {
        if (!IsDefault) Throw();
    }

    /// <summary>
    /// Rounding up changes the first sum. Rounding down or towards 0 changes the second. The arguments are not constants here, so the
    /// processor must compute.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool IsNearest(float one, float small) => one + small == one && one - small == one;

    /// <summary>The half is subnormal. It is 0 if results are flushed, and the double of it is 0 if operands are.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool HasSubnormals(float least, float half, float two) => least * half * two == least;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string RoundingOf(float one, float small) =>
        one + small != one ? "rounds up" : -one - small != -one ? "rounds down" : one - small != one ? "rounds towards 0" : "";

    private static void Throw()
    {
        string rounding = RoundingOf(1f, Small);
        string subnormals = HasSubnormals(Least, 0.5f, 2f) ? "" : "takes subnormal numbers as 0 (FTZ or DAZ)";
        string both = rounding.Length > 0 && subnormals.Length > 0 ? " and " : "";
        throw new InvalidOperationException(
            $"The calling thread must round to nearest and have subnormal numbers, but it {rounding}{both}{subnormals}: "
            + "native code has changed MXCSR (x64) or FPCR (Arm64), here or on the thread that started this one. "
            + "FastNN would compute other bits. Restore the default before the call, in C by fesetenv(FE_DFL_ENV).");
    }
}
