using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Xunit;

namespace FastNN.Tests.Contract;

/// <summary>
/// Outputs and training give the bits that are committed in data/bits.txt: a SHA-256 sum for each case, the same for every variant. Only the public
/// API is used, so that this file stays as it is while the code behind it is rebuilt. <c>FASTNN_WRITE_BITS=path</c> writes the sums instead.
/// </summary>
public class CommittedBitsTests
{
    private const int Steps = 200, StepsOfLarge = 3, OutputSamples = 37;

    private static readonly string? s_write = Environment.GetEnvironmentVariable("FASTNN_WRITE_BITS");

    private static readonly int[][] s_small =
    [
        [1, 1], [2, 4, 3, 2], [3, 1], [1, 5], [4, 4, 4, 4], [5, 4, 3], [8, 16, 16, 1], [17, 33, 9, 5], [7, 9, 33, 3], [20, 40, 18],
        [16, 16], [8, 32], [8, 33], [9, 31, 2], [48, 32, 10], [49, 48], [50, 17, 1], [12, 64, 6], [64, 8], [33, 34, 35],
        [2, 2, 1], [2, 3, 1], [4, 8, 3], [13, 16, 8], [31, 15, 7], [64, 33, 4], [15, 47, 2], [6, 6, 6, 6, 6], [40, 3, 40], [1, 70, 1],
        [67, 64, 9], [10, 128, 3], [24, 24, 24], [32, 64, 16], [65, 9], [3, 65, 3], [19, 20, 21, 22], [8, 8, 8], [8, 2], [16, 10],
        [14, 5, 40], [70, 70], [5, 48, 5], [96, 16, 4], [11, 35, 12], [2, 16, 2], [1, 32, 32, 1], [30, 36, 6], [23, 1, 23], [45, 6],
        [9, 9, 9, 1], [60, 20, 10], [18, 50, 2], [7, 7], [34, 34, 3], [21, 17, 13, 9], [4, 2, 4], [3, 4, 2], [80, 12, 7], [26, 54, 11],
    ];

    /// <summary>Wide enough for the ways that only large layers take: W beyond the caches, rows a power of two apart.</summary>
    private static readonly int[][] s_large =
        [[784, 128, 10], [512, 512, 3], [300, 1024, 9], [768, 768], [1031, 48, 17], [600, 700, 5], [131, 128, 128, 3], [1100, 32, 40]];

    private static readonly Activation[] s_hidden =
    [
        Activation.Sigmoid, Activation.Tanh, Activation.Relu, Activation.Silu, Activation.LeakyRelu, Activation.Gelu, Activation.Identity, Activation.Softplus,
    ];

    private static readonly (Activation Output, Cost Cost)[] s_outputs =
    [
        (Activation.Sigmoid, Cost.SquaredError), (Activation.Softmax, Cost.CrossEntropy), (Activation.Sigmoid, Cost.BinaryCrossEntropy),
        (Activation.Softmax, Cost.SquaredError), .. from f in s_hidden.Skip(1) select (f, Cost.SquaredError),
    ];

    private static readonly int[] s_batches = [1, 2, 70, 5, 33, 3, 17];

    private static readonly Initializer[] s_initializers =
        [Initializer.Glorot, Initializer.He, Initializer.LeCun, Initializer.PyTorch, Initializer.Uniform(0.3f)];

    private static readonly Func<Optimizer>[] s_optimizers =
    [
        () => new Sgd(0.05f),
        () => new Adam(),
        () => new Momentum(0.01f),
        () => new Sgd(0.02f) { WeightDecay = 0.01f },
        () => new RmsProp(0.002f),
        () => new AdamW(0.003f),
        () => new Nesterov(0.01f) { ClipValue = 0.05f },
        () => new Adam(0.002f) { ClipNorm = 0.5f, Schedule = LearningRateSchedule.Cosine(steps: 150, final: 0.1) },
        () => new Momentum(0.02f) { ClipNorm = 0.1f, WeightDecay = 0.001f },
    ];

    public static TheoryData<KernelVariant> Variants { get; } = [.. Kernels.Supported];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Outputs_and_training_give_the_committed_bits(KernelVariant variant)
    {
        string[] sums = new string[s_small.Length + s_large.Length];
        Parallel.For(0, sums.Length, k => sums[k] = SumOf(k, variant));
        if (s_write is not null) File.WriteAllLines(s_write, sums);

        Assert.Equal(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", "bits.txt")), sums);
    }

    /// <summary>The case and its sum, a line of the file.</summary>
    private static string SumOf(int k, KernelVariant variant)
    {
        bool large = k >= s_small.Length;
        int[] widths = large ? s_large[k - s_small.Length] : s_small[k];
        int batch = large ? 130 + k % 7 : s_batches[k % s_batches.Length], threads = 1 + k % 3;
        Activation hidden = s_hidden[k % s_hidden.Length];
        (Activation output, Cost cost) = s_outputs[k % s_outputs.Length];
        var network = new Network(widths, hidden, output, seed: k, s_initializers[k % s_initializers.Length], variant);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Forward(network, hash, threads);

        Optimizer optimizer = s_optimizers[k % s_optimizers.Length]();
        Reduction reduction = k % 4 == 0 ? Reduction.Sum : Reduction.Mean;
        var trainer = new Trainer(network, optimizer, cost, reduction, threads);
        Train(trainer, batch, large ? StepsOfLarge : Steps, hash);
        Forward(network, hash, threads);
        string name = $"{string.Join('-', widths)} x {batch} {hidden} {output} {cost} {optimizer.GetType().Name} {reduction}";
        return $"{name} {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private static void Forward(Network network, IncrementalHash hash, int threads)
    {
        float[] inputs = Values(1, OutputSamples * network.Inputs, -1f, 1f), outputs = new float[OutputSamples * network.Outputs];
        network.Forward(inputs, outputs, threads);
        Append(hash, outputs);
        network.Forward(inputs.AsSpan(0, network.Inputs), outputs.AsSpan(0, network.Outputs));
        Append(hash, outputs);
    }

    private static void Train(Trainer trainer, int batch, int steps, IncrementalHash hash)
    {
        int n = trainer.Network.Inputs, m = trainer.Network.Outputs;
        const int sets = 5;
        float[] inputs = Values(2, sets * batch * n, -1f, 1f), targets = Values(3, sets * batch * m, 0.05f, 0.95f);
        if (trainer.Cost == Cost.CrossEntropy) MakeProbabilities(targets, m);

        var costs = new float[steps];
        for (int step = 0; step < steps; step++)
        {
            int set = step % sets;
            costs[step] = trainer.Step(inputs.AsSpan(set * batch * n, batch * n), targets.AsSpan(set * batch * m, batch * m));
        }

        Assert.All(costs, cost => Assert.True(float.IsFinite(cost), $"a case must stay finite, but its cost is {cost}"));
        Append(hash, costs);
        Append(hash, trainer.Network.Parameters);
        foreach (string name in trainer.OptimizerState.Names) Append(hash, trainer.OptimizerState[name]);
    }

    private static void MakeProbabilities(Span<float> targets, int outputs)
    {
        for (; !targets.IsEmpty; targets = targets[outputs..])
        {
            float sum = 0;
            foreach (float y in targets[..outputs]) sum += y;
            foreach (ref float y in targets[..outputs]) y /= sum;
        }
    }

    /// <summary>Numbers in [low, high), by integer arithmetic from their places, so that they are the same everywhere.</summary>
    private static float[] Values(uint seed, int count, float low, float high)
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

    private static void Append(IncrementalHash hash, ReadOnlySpan<float> values) => hash.AppendData(MemoryMarshal.AsBytes(values));
}
