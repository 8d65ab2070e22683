namespace FastNN;

/// <summary>The implementation of the kernels. All variants give the same bits. They differ only in speed.</summary>
public enum KernelVariant
{
    /// <summary>
    /// The variant that the environment variable <c>FASTNN_KERNELS</c> names: a member of this enumeration, in upper or lower case. It is
    /// read once in a process. If it is not set, the widest variant that the process accelerates.
    /// </summary>
    Auto,

    /// <summary>The reference: plain loops. It runs everywhere.</summary>
    Scalar,

    /// <summary>4 lanes. Needs 128-bit vectors: every x64 and Arm64 processor.</summary>
    Vector128,

    /// <summary>8 lanes. Needs AVX2 and FMA.</summary>
    Vector256,

    /// <summary>16 lanes. Needs AVX-512.</summary>
    Vector512,
}
