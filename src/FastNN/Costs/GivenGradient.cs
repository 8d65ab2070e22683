using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Costs;

/// <summary>A cost of which only the gradient is known: y is ∂C/∂a itself. It adds 0 to the cost.</summary>
internal readonly struct GivenGradient : ICost
{
    public float LeastTarget => float.MinValue;

    public float MostTarget => float.MaxValue;

    public bool OutputsAreLabels => false;

    public bool Suits(Activation last) => true;

    public float Factors(float a, float y, out float q) => q = 0f;

    public float Slope(float a, float y) => y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct => q = S.Broadcast(0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct => y;
}
