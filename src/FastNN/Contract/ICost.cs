using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// A cost C = Σ_i c(a_i, y_i) over the outputs a of a sample and its targets y. It says what one output adds, as a product c = p·q, and
/// ∂c/∂a. One fused multiply-add adds the product to the sum. A cost may have parameters, which are its fields. The operations for floats
/// are the specification. Those for vectors are the same. If a cost is computed from the sums, a is the sum.
/// </summary>
internal interface ICost
{
    /// <summary>See <see cref="Cost.LeastTarget"/>.</summary>
    float LeastTarget { get; }

    /// <summary>See <see cref="Cost.MostTarget"/>.</summary>
    float MostTarget { get; }

    /// <summary>See <see cref="Cost.OutputsAreLabels"/>.</summary>
    bool OutputsAreLabels { get; }

    /// <summary>See <see cref="Cost.Suits"/>.</summary>
    bool Suits(Activation last);

    /// <summary>c(a, y) = p·q. The result is p.</summary>
    float Factors(float a, float y, out float q);

    /// <summary>∂c/∂a.</summary>
    float Slope(float a, float y);

    V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct;

    V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct;
}
