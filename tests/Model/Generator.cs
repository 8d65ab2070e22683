namespace FastNN.Tests.Model;

/// <summary>SplitMix64.</summary>
internal sealed class Generator(int seed)
{
    private ulong _state = (ulong)(long)seed;

    internal ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    internal float Uniform(double limit)
    {
        ulong k = Next() >> 40;
        return (float)(k * (2 * limit / (1 << 24)) - limit);
    }

    internal int Below(int n)
    {
        ulong p;
        do p = (Next() >> 32) * (ulong)n;
        while (p % (1UL << 32) < (1UL << 32) % (ulong)n);
        return (int)(p >> 32);
    }

    /// <summary>One of many generators of a seed.</summary>
    internal static Generator Stream(int seed, int number)
    {
        var generator = new Generator(seed);
        generator._state = generator.Next() ^ (ulong)number;
        return generator;
    }

    /// <summary>The order of n samples in an epoch of Fit.</summary>
    internal static int[] Order(int n, int seed, int epoch)
    {
        Generator generator = Stream(seed, epoch);
        int[] order = [.. Enumerable.Range(0, n)];
        for (int i = n - 1; i >= 1; i--)
        {
            int j = generator.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
