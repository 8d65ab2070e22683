using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// What a <see cref="Standardizer"/> does to one value, with the mean m and the factor f of its feature. The operations for floats are the
/// specification. Those for vectors are the same.
/// </summary>
internal interface IStandardizerStep
{
    static abstract float Apply(float value, float mean, float factor);

    static abstract V Apply<S, V>(V value, V mean, V factor)
        where S : struct, ISimd<V>
        where V : struct;
}
