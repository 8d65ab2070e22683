using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// A cost C = Σ_i c(a_i, y_i) over the outputs a of a sample and its targets y. It says what one output adds, and ∂c/∂a. The operations for
/// floats are the specification. Those for vectors are the same. If a cost is computed from the sums, a is the sum.
/// </summary>
internal interface ICost
{
    /// <summary>See <see cref="Cost.LeastTarget"/>.</summary>
    static abstract float LeastTarget { get; }

    /// <summary>See <see cref="Cost.MostTarget"/>.</summary>
    static abstract float MostTarget { get; }

    /// <summary>See <see cref="Cost.OutputsAreLabels"/>.</summary>
    static abstract bool OutputsAreLabels { get; }

    /// <summary>See <see cref="Cost.Suits"/>.</summary>
    static abstract bool Suits(Activation last);

    /// <summary>sum + c(a, y).</summary>
    static abstract float Add(float a, float y, float sum);

    /// <summary>∂c/∂a.</summary>
    static abstract float Slope(float a, float y);

    static abstract V Add<S, V>(V a, V y, V sum)
        where S : struct, ISimd<V>
        where V : struct;

    static abstract V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct;
}
