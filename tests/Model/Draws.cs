namespace FastNN.Tests.Model;

/// <summary>Random shapes and numbers from a fixed seed.</summary>
internal sealed class Draws(int seed)
{
    private static readonly float[] s_special =
    [
        +0f, -0f, float.Epsilon, -float.Epsilon, 1.17549421e-38f, -1.17549421e-38f, 1.17549435e-38f, 1e-30f, -1e-20f, 0.5f, 1f, -1f, 50f,
        -100f, -104f, 1e10f, -1e19f, 3e30f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    private readonly Random _random = new(seed);

    internal int Below(int n) => _random.Next(n);

    internal bool Maybe => _random.Next(2) == 0;

    internal T One<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    internal float Uniform(float least, float most) => least + (most - least) * _random.NextSingle();

    /// <summary>Numbers from −limit to limit.</summary>
    internal float[] Ordinary(int count, float limit = 1) => Many(count, () => Uniform(-limit, limit));

    /// <summary>Finite numbers of all magnitudes below 2^exponent.</summary>
    internal float[] Wide(int count, int exponent) => Many(count, () => MathF.ScaleB(Uniform(-1, 1), exponent - _random.Next(40)));

    /// <summary>Ordinary numbers. Some of them are replaced by special ones, or by any bits.</summary>
    internal float[] Special(int count, int oneIn)
    {
        return Many(count, () => _random.Next(oneIn) > 0 ? Uniform(-3, 3) : Maybe ? One(s_special) : AnyBits());

        float AnyBits() => BitConverter.UInt32BitsToSingle((uint)_random.NextInt64(1L << 32));
    }

    /// <summary>Widths of a network. They are often at the edges of vectors and of narrow layers.</summary>
    internal int[] Widths(int most)
    {
        int[] edges = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 64, 65];
        return [.. Enumerable.Range(0, 2 + _random.Next(3)).Select(_ => Math.Min(most, Maybe ? One(edges) : 1 + _random.Next(most)))];
    }

    internal Function[] Functions(int layers, Function last) =>
        [.. Enumerable.Range(1, layers).Select(l => l == layers ? last : (Function)_random.Next((int)Function.Softmax))];

    /// <summary>Weights, some of which are 0 or 1.</summary>
    internal float[] Weights(int count) => Many(count, () => One<float>([0f, 1f, Uniform(0.01f, 1), Uniform(1, 100)]));

    /// <summary>Targets that suit a cost.</summary>
    internal float[] Targets(CostFunction cost, int samples, int outputs)
    {
        if (Costs.IsOfOutputs(cost)) return Ordinary(samples * outputs);
        float[] y = Many(samples * outputs, () => Uniform(0, 1));
        if (Costs.LastOf(cost) != Function.Softmax) return y;
        return [.. from row in y.Chunk(outputs) let sum = row.Sum() from x in row select x / sum];
    }

    private static float[] Many(int count, Func<float> draw) => [.. Enumerable.Range(0, count).Select(_ => draw())];
}
