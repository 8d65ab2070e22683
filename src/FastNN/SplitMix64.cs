namespace FastNN;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): integer arithmetic alone, so that a seed
/// gives the same numbers on every platform and in every version of .NET, which System.Random does not promise.
/// </summary>
internal struct SplitMix64(int seed)
{
    private ulong _state = unchecked((ulong)seed);

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
}
