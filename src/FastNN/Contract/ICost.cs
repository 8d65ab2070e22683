using FastNN.Simd;


namespace FastNN.Contract;

/// <summary>
/// A cost C = Σ_i c(a_i, y_i) over the outputs a of a sample and its targets y: what one output adds, and ∂c/∂a. The operations for floats are the
/// specification, those for vectors the same.
/// </summary>
internal interface ICost
{
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
