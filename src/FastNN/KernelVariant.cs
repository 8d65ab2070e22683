namespace FastNN;

/// <summary>
/// Which implementation of the kernels runs. All give the same bits; they differ in speed alone.
/// </summary>
public enum KernelVariant
{
    /// <summary>
    /// The variant that the environment variable <c>FASTNN_KERNELS</c> names, a member of this enumeration in any case, read once in a
    /// process; if it is not set, the widest that the process accelerates.
    /// </summary>
    Auto,

    /// <summary>The reference: plain loops, available everywhere.</summary>
    Scalar,

    /// <summary>4 lanes. Needs 128-bit vectors: every x64 and Arm64 processor.</summary>
    Vector128,

    /// <summary>8 lanes. Needs AVX2 and FMA.</summary>
    Vector256,

    /// <summary>16 lanes. Needs AVX-512.</summary>
    Vector512,
}
