using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Costs;

/// <summary>A cost of which only the gradient is known: y is ∂C/∂a itself. It adds 0 to the cost.</summary>
internal readonly struct GivenGradient : ICost
{
    public static float LeastTarget => float.MinValue;

    public static float MostTarget => float.MaxValue;

    public static bool OutputsAreLabels => false;

    public static bool Suits(Activation last) => true;

    public static float Add(float a, float y, float sum) => sum;

    public static float Slope(float a, float y) => y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add<S, V>(V a, V y, V sum)
        where S : struct, ISimd<V>
        where V : struct => sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct => y;
}
