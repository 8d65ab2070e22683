using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Activations;

/// <summary>
/// What a layer's kernels see of an <see cref="ISpanActivation"/>: sums without a function, whose slopes f′(z) somebody keeps.
/// </summary>
internal readonly struct KeptSlope : IActivation
{
    public static double MaxUlp => 0;

    public static double MaxSlopeError => 0;

    public static bool KeepsSlope => true;

    public static double Exact(double z) => z;

    public static double ExactSlope(double z) => 1;

    public static float Value(float z) => z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct => z;
}
