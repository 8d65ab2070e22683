namespace FastNN.Plumbing;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): integer arithmetic alone, so that a seed
/// gives the same numbers on every platform and in every version of .NET, which System.Random does not promise.
/// </summary>
internal struct SplitMix64(int seed)
{
    private ulong _state = unchecked((ulong)seed);

    /// <summary>One of many sequences of a seed: each <paramref name="stream"/> starts elsewhere.</summary>
    internal SplitMix64(int seed, int stream)
        : this(seed) => _state = Next() ^ (uint)stream;

    internal ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [−limit, limit): the upper 24 bits as a fraction u, and 2·limit·u − limit rounded once from double precision.</summary>
    internal float NextUniform(double limit) => (float)((Next() >> 40) * (2 * limit / (1 << 24)) - limit);

    /// <summary>
    /// Uniform in [0, bound), bound at least 1: the upper half of 32 bits times bound. Where its lower half lies below 2³² mod bound, one product more
    /// would lead to that number than to others, so it is drawn again (Lemire: "Fast Random Integer Generation in an Interval", 2019).
    /// </summary>
    internal int NextBelow(int bound)
    {
        uint least = (uint)((1UL << 32) % (uint)bound);
        ulong product;
        do product = (Next() >> 32) * (uint)bound;
        while ((uint)product < least);
        return (int)(product >> 32);
    }
}
