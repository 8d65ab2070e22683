namespace FastNN;

/// <summary>
/// Which implementation of the kernels runs. All give the same bits; they differ in speed alone.
/// </summary>
public enum KernelVariant
{
    /// <summary>
    /// The environment variable <c>FASTNN_KERNELS</c> if it is set (to the name of a member of this enumeration, in any case), else the
    /// widest variant that this process accelerates.
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
