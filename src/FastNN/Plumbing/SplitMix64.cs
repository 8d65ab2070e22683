using System.Runtime.CompilerServices;

namespace FastNN.Plumbing;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). It uses only integer arithmetic, so a
/// seed gives the same numbers on every platform and in every version of .NET. System.Random does not promise this.
/// </summary>
internal struct SplitMix64(int seed)
{
    private ulong _state = unchecked((ulong)seed);

    /// <summary>One of many sequences of a seed. Each <paramref name="stream"/> starts at another place.</summary>
    internal SplitMix64(int seed, int stream)
        : this(seed) => _state = Next() ^ (uint)stream;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>
    /// Uniform in [−limit, limit). The upper 24 bits are a fraction u. The result is 2·limit·u − limit, computed in double
    /// precision and then rounded to float.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal float NextUniform(double limit) => (float)((Next() >> 40) * (2 * limit / (1 << 24)) - limit);

    /// <summary>
    /// Uniform in [0, bound), bound at least 1: the upper half of the product of 32 bits and bound. If the lower half is less than 2³² mod
    /// bound, the number is drawn again. Otherwise some results would have one product more than others (Lemire: "Fast Random Integer
    /// Generation in an Interval", 2019).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int NextBelow(int bound)
    {
        ulong product = (Next() >> 32) * (uint)bound;
        if ((uint)product < (uint)bound) // only then may it be less than 2³² mod bound, and a division takes longer than all the rest
        {
            uint least = (uint)((1UL << 32) % (uint)bound);
            while ((uint)product < least) product = (Next() >> 32) * (uint)bound;
        }

        return (int)(product >> 32);
    }
}
