using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Activations;

/// <summary>
/// The kernels of a layer take this for an <see cref="ISpanActivation"/>. They leave its sums as they are. The slopes f′(z) are kept.
/// </summary>
internal readonly struct KeptSlope : IActivation
{
    public static double MaxUlp => 0;

    public static double MaxSlopeError => 0;

    public static float LeastOutput => float.MinValue;

    public static float MostOutput => float.MaxValue;

    public static bool KeepsSlope => true;

    public static double Exact(double z) => z;

    public static double ExactSlope(double z) => 1;

    public static float Value(float z) => z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct => z;
}
