using Xunit;

namespace FastNN.Tests.Api;

/// <summary>What evolution and populations do with members: select, permute, cross and perturb them, and the mean over them.</summary>
public class EnsembleMemberTests
{
    private const int Count = 37;

    /// <summary>Members in the lanes, and networks too wide for them.</summary>
    public static TheoryData<int> Hidden { get; } = [7, 900];

    [Theory]
    [MemberData(nameof(Hidden))]
    public void Members_are_rearranged_all_at_once(int hidden)
    {
        NetworkEnsemble ensemble = New(hidden);
        int[] sources = [.. Enumerable.Range(0, Count).Select(i => i * i % Count)];
        float[][] before = ParametersOf(ensemble);
        ensemble.Rearrange(sources);
        float[][] after = ParametersOf(ensemble);
        for (int i = 0; i < Count; i++) Cases.AssertSameBits(before[sources[i]], after[i], $"member {i}");
    }

    [Theory]
    [MemberData(nameof(Hidden))]
    public void What_the_optimizer_remembers_moves_with_the_members(int hidden)
    {
        NetworkEnsemble ensemble = New(hidden);
        var trainer = new EnsembleTrainer(ensemble, new Adam(0.01f));
        float[] x = Cases.Uniform(1, Count * 3, -1f), y = Cases.Uniform(2, Count * 2, -1f), costs = new float[Count];
        trainer.Step(x, y, costs);
        Trainer before = NewTrainer(hidden), after = NewTrainer(hidden);
        trainer.Read(5, before);
        trainer.Rearrange([.. Enumerable.Range(0, Count).Select(i => i == 20 ? 5 : i)]);
        trainer.Read(20, after);
        Cases.AssertSameBits(before.Network.Parameters, after.Network.Parameters, "parameters");
        foreach (string name in before.OptimizerState.Names)
            Cases.AssertSameBits(before.OptimizerState[name], after.OptimizerState[name], name);

        before.Step(x.AsSpan(0, 3), y.AsSpan(0, 2)); // the trainer of one goes on
        trainer.Write(36, before);
        trainer.Read(36, after);
        Cases.AssertSameBits(before.Network.Parameters, after.Network.Parameters, "parameters written back");
        Cases.AssertSameBits(before.OptimizerState["first moment"], after.OptimizerState["first moment"], "state written back");

        trainer.Steps = 1000;
        trainer.Read(36, after);
        Assert.Equal(1000, after.OptimizerState.Steps);
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Steps = -1);
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => trainer.Read(0, new Trainer(before.Network.Clone(), new Sgd(0.1f))));
        Assert.Contains("must have an optimizer with the states of Adam(0.01)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_has_each_parameter_of_one_of_its_parents()
    {
        NetworkEnsemble ensemble = New(7);
        float[][] before = ParametersOf(ensemble);
        ensemble.Cross(3, 30, 17, seed: 5);
        float[][] after = ParametersOf(ensemble);
        int ofFirst = 0, parameters = before[0].Length;
        for (int p = 0; p < parameters; p++)
        {
            Assert.Contains(after[17][p], (float[])[before[3][p], before[30][p]]);
            if (after[17][p] == before[3][p]) ofFirst++;
        }

        Assert.InRange(ofFirst, parameters / 4, 3 * parameters / 4);
        for (int i = 0; i < Count; i++)
        {
            if (i != 17) Cases.AssertSameBits(before[i], after[i], $"member {i}");
        }

        NetworkEnsemble again = New(7), other = New(7);
        again.Cross(3, 30, 17, seed: 5);
        other.Cross(3, 30, 17, seed: 6);
        Cases.AssertSameBits(after[17], ParametersOf(again)[17], "the same seed");
        Assert.False(Cases.SameBits(after[17], ParametersOf(other)[17]));
    }

    [Fact]
    public void Noise_is_normal_and_each_member_has_its_own()
    {
        NetworkEnsemble ensemble = New(900);
        float[][] before = ParametersOf(ensemble);
        ensemble.Perturb([4, 20], 0.5f, seed: 3);
        float[][] after = ParametersOf(ensemble);
        double[] first = NoiseOf(4), second = NoiseOf(20);
        foreach (double[] noise in (double[][])[first, second])
        {
            double mean = noise.Average(), n = noise.Length;
            double variance = noise.Average(x => (x - mean) * (x - mean)), fourth = noise.Average(x => Math.Pow(x - mean, 4));
            Assert.InRange(mean, -5 / Math.Sqrt(n), 5 / Math.Sqrt(n)); // five standard deviations
            Assert.InRange(variance, 1 - 5 * Math.Sqrt(2 / n), 1 + 5 * Math.Sqrt(2 / n));
            Assert.InRange(fourth, 3 - 5 * Math.Sqrt(96 / n), 3 + 5 * Math.Sqrt(96 / n));
            Assert.InRange(noise.Count(x => Math.Abs(x) > 2) / n, 0.0455 - 5 * 0.21 / Math.Sqrt(n), 0.0455 + 5 * 0.21 / Math.Sqrt(n));
        }

        Assert.True(first.Zip(second).Count(pair => pair.First == pair.Second) < first.Length / 100);
        for (int i = 0; i < Count; i++)
        {
            if (i is not (4 or 20)) Cases.AssertSameBits(before[i], after[i], $"member {i}");
        }

        double[] NoiseOf(int member) => [.. after[member].Zip(before[member], (w, old) => ((double)w - old) / 0.5)];
    }

    /// <summary>The numbers are promised: they are the same on every platform.</summary>
    [Fact]
    public void Noise_has_promised_bits()
    {
        var ensemble = new NetworkEnsemble([2, 2], 2, seed: 1);
        var zeros = new Network([2, 2], seed: 1);
        zeros.Parameters.Clear();
        ensemble.Write(1, zeros);
        ensemble.Perturb([1], 1f, seed: 42);
        ensemble.Read(1, zeros);
        int[] bits = [.. zeros.Parameters.ToArray().Select(BitConverter.SingleToInt32Bits)];
        Assert.Equal("3F8CE6F0 BF2A4C7D 3FACAE71 3F71B3C7 BF20EC8E 3F1D053C", string.Join(' ', bits.Select(b => b.ToString("X8", null))));
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Mean_and_deviation_are_sums_over_members_in_double_precision(KernelVariant variant)
    {
        foreach ((int count, int batch, int hidden) in ((int, int, int)[])[(1, 3, 5), (Count, 1, 5), (Count, 700, 5), (5, 9, 900)])
        {
            var ensemble = new NetworkEnsemble(
                [3, hidden, 2], Activation.Tanh, Activation.Softmax, count, seed: 1, kernels: variant);
            float[] x = Cases.Uniform(1, batch * 3, -1f), y = new float[count * batch * 2];
            float[] means = new float[batch * 2], deviations = new float[batch * 2];
            ensemble.ForwardShared(x, y);
            ensemble.ForwardMean(x, means, deviations, threads: 2);
            for (int k = 0; k < batch * 2; k++)
            {
                double sum = 0, squares = 0;
                for (int m = 0; m < count; m++) sum += y[m * batch * 2 + k];
                for (int m = 0; m < count; m++) squares += Math.Pow(y[m * batch * 2 + k] - sum / count, 2);
                Assert.Equal((float)(sum / count), means[k]);
                Assert.Equal((float)Math.Sqrt(squares / count), deviations[k]);
            }
        }
    }

    [Fact]
    public void Wrong_members_are_refused_and_nothing_changes()
    {
        NetworkEnsemble ensemble = New(7);
        float[][] before = ParametersOf(ensemble);
        int[] sources = [.. Enumerable.Range(0, Count)];
        Refuse<ArgumentException>("sources", () => ensemble.Rearrange(sources.AsSpan(1)));
        sources[9] = Count;
        Refuse<ArgumentOutOfRangeException>("sources[9]", () => ensemble.Rearrange(sources));
        Refuse<ArgumentOutOfRangeException>("first", () => ensemble.Cross(-1, 2, 3, 1));
        Refuse<ArgumentOutOfRangeException>("second", () => ensemble.Cross(1, Count, 3, 1));
        Refuse<ArgumentOutOfRangeException>("child", () => ensemble.Cross(1, 2, Count, 1));
        Refuse<ArgumentOutOfRangeException>("members[1]", () => ensemble.Perturb([1, Count], 0.1f, 1));
        Refuse<ArgumentOutOfRangeException>("deviation", () => ensemble.Perturb([1], float.NaN, 1));
        float[] x = new float[6], two = new float[4];
        Refuse<ArgumentException>("means", () => ensemble.ForwardMean(x, two.AsSpan(1), two));
        Refuse<ArgumentException>("deviations", () => ensemble.ForwardMean(x, two, new float[3]));
        Refuse<ArgumentException>("deviations", () => ensemble.ForwardMean(x, two, two));
        Refuse<ArgumentOutOfRangeException>("threads", () => ensemble.ForwardMean(x, two, new float[4], threads: 0));
        float[][] after = ParametersOf(ensemble);
        for (int i = 0; i < Count; i++) Cases.AssertSameBits(before[i], after[i], $"member {i}");

        static void Refuse<TException>(string argument, Action call)
            where TException : ArgumentException => Assert.Equal(argument, Assert.Throws<TException>(call).ParamName);
    }

    private static NetworkEnsemble New(int hidden) => new([3, hidden, 2], Activation.Tanh, Activation.Identity, Count, seed: 1);

    private static Trainer NewTrainer(int hidden) =>
        new(new Network([3, hidden, 2], Activation.Tanh, Activation.Identity, seed: 99), new Adam(0.01f));

    private static float[][] ParametersOf(NetworkEnsemble ensemble)
    {
        Network network = new([3, ensemble.Shape.Layers[0].Outputs, 2], Activation.Tanh, Activation.Identity, seed: 1);
        return [.. Enumerable.Range(0, ensemble.Count).Select(i =>
        {
            ensemble.Read(i, network);
            return network.Parameters.ToArray();
        })];
    }
}
