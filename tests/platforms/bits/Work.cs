namespace FastNN.Bits;

/// <summary>How much a section does, and on which variant.</summary>
/// <param name="Kernels">The variant that runs.</param>
/// <param name="Full">Whether all is done, or what takes seconds.</param>
internal sealed record Work(KernelVariant Kernels, bool Full)
{
    /// <summary>Layers of every kind: narrow, tiny, ragged, even, and wider than a block of any kernel.</summary>
    private static readonly int[][] s_small =
    [
        [1, 1], [2, 4, 3, 2], [3, 1], [4, 4, 4, 4], [8, 16, 16, 1], [17, 33, 9, 5], [7, 9, 33, 3], [49, 48], [12, 64, 6],
        [1, 70, 1], [131, 20], [33, 34, 35], [64, 33, 4], [3, 65, 3], [260, 130, 9],
    ];

    private static readonly int[][] s_large =
    [
        [5, 4, 3], [16, 16], [8, 33], [2, 3, 1], [15, 47, 2], [67, 64, 9], [10, 128, 3], [65, 9],
        [19, 20, 21, 22], [23, 1, 23], [34, 34, 3], [80, 12, 7], [784, 128, 10], [300, 512, 9],
        [1031, 48, 17], [512, 512, 3], [256, 1024, 16],
    ];

    internal int[][] Shapes => Full ? [.. s_small, .. s_large] : s_small;

    /// <summary>Batches around the tiles of every variant. Wide networks have fewer, because emulators are slow.</summary>
    internal int[] BatchesFor(int[] widths) =>
        Full && widths.Max() < 100 ? [1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 64, 70, 129, 200] : [1, 2, 5, 17, 64, 130];

    internal T Pick<T>(T quick, T full) => Full ? full : quick;

    /// <summary>Numbers in [low, high): exact products and sums of integers, so that every machine has the same.</summary>
    internal static float[] Values(uint seed, int count, float low = -1f, float high = 1f)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            uint bits = ((uint)i + seed * 7919u) * 2654435761u;
            bits = (bits ^ (bits >> 15)) * 2246822519u;
            values[i] = low + (high - low) * ((bits >> 8) * (1f / (1 << 24)));
        }

        return values;
    }

    /// <summary>Targets that the cost allows: in [0.05, 0.95), or probabilities that sum to 1 within rounding.</summary>
    internal static float[] Targets(Cost cost, uint seed, int count, int outputs)
    {
        float[] values = Values(seed, count, 0.05f, 0.95f);
        if (!cost.TargetsSumToOne) return values;

        for (Span<float> rest = values; !rest.IsEmpty; rest = rest[outputs..])
        {
            float sum = 0;
            foreach (float y in rest[..outputs]) sum += y;
            foreach (ref float y in rest[..outputs]) y /= sum;
        }

        return values;
    }

    /// <summary>The activations of the first sections. A new activation has its place in a section of its own, so old sums stay.</summary>
    internal static Activation[] Elementwise { get; } =
    [
        Activation.Gelu, Activation.Identity, Activation.LeakyRelu, Activation.Relu, Activation.Sigmoid, Activation.Silu,
        Activation.Softplus, Activation.Tanh,
    ];

    /// <summary>The activation of hidden layers in a case: all of them in turn.</summary>
    internal static Activation Hidden(int k) => Elementwise[k % Elementwise.Length];

    /// <summary>
    /// The pairs of a last activation and a cost of the first sections that suits it. A new cost has its place in a section of its own.
    /// </summary>
    internal static (Activation Last, Cost Cost)[] Ends { get; } =
    [
        .. from cost in (Cost[])[Cost.BinaryCrossEntropy, Cost.CrossEntropy, Cost.SquaredError]
           from activation in Elementwise.Append(Activation.Softmax).OrderBy(activation => activation.Name, StringComparer.Ordinal)
           where cost.Suits(activation)
           select (activation, cost),
    ];
}
