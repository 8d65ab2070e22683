using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>Every member of an ensemble is a network by itself, to the bit.</summary>
public class NetworkEnsembleTests
{
    private static readonly int[] s_counts = [1, 2, 15, 16, 17, 33, 40], s_batches = [1, 2, 3, 5, 8, 19];

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Members_have_the_bits_of_their_networks(KernelVariant variant)
    {
        var random = new Random(1);
        foreach (int[] widths in Shapes(random))
        {
            Activation[] activations = Cases.RandomActivations(random, widths.Length - 1);
            int count = s_counts[random.Next(s_counts.Length)], batch = s_batches[random.Next(s_batches.Length)];
            int threads = random.Next(1, 4), seed = random.Next();
            var ensemble = new NetworkEnsemble(widths, activations, count, seed, Initializer.Glorot, variant);
            string what = $"{ensemble}, {batch} samples, {threads} threads";
            float[] x = Cases.Uniform(1, count * batch * widths[0], -2f), y = new float[count * batch * widths[^1]];
            ensemble.Forward(x, y, threads);
            AssertMembers(ensemble, activations, widths, seed, member => x.AsSpan(member * batch * widths[0], batch * widths[0]), y, what);

            float[] shared = x[..(batch * widths[0])];
            ensemble.ForwardShared(shared, y, threads);
            AssertMembers(ensemble, activations, widths, seed, _ => shared, y, $"{what}, shared");
        }
    }

    [Fact]
    public void Constructors_draw_as_those_of_networks_with_the_next_seeds()
    {
        var article = new NetworkEnsemble([2, 4, 3, 2], 20, int.MaxValue - 5);
        var small = new NetworkEnsemble([3, 5, 2], Activation.Tanh, Activation.Identity, 3, seed: -1);
        for (int i = 0; i < 20; i++) AssertIs(new Network([2, 4, 3, 2], unchecked(int.MaxValue - 5 + i)), article, i);
        for (int i = 0; i < 3; i++) AssertIs(new Network([3, 5, 2], Activation.Tanh, Activation.Identity, -1 + i), small, i);
        Assert.Equal((20, 2, 2, 3), (article.Count, article.Inputs, article.Outputs, small.Count));
        Assert.Equal($"3 × 3-5-2, Tanh Identity, {small.KernelVariant}", $"{small}");
        Assert.Equal(KernelSet.For(KernelVariant.Auto).Variant, small.KernelVariant);

        static void AssertIs(Network expected, NetworkEnsemble ensemble, int member)
        {
            Network actual = expected.Clone();
            actual.Parameters.Clear();
            ensemble.Read(member, actual);
            Cases.AssertSameBits(expected.Parameters, actual.Parameters, $"member {member}");
        }
    }

    [Fact]
    public void A_member_that_is_written_is_read_and_no_other_changes()
    {
        var ensemble = new NetworkEnsemble([3, 7, 2], Activation.Tanh, Activation.Identity, 35, seed: 1);
        var network = new Network([3, 7, 2], Activation.Tanh, Activation.Identity, seed: 99);
        Network read = network.Clone();
        foreach (int member in (int[])[0, 15, 16, 34]) ensemble.Write(member, network);
        for (int i = 0; i < 35; i++)
        {
            bool written = i is 0 or 15 or 16 or 34;
            Network expected = written ? network : new Network([3, 7, 2], Activation.Tanh, Activation.Identity, seed: 1 + i);
            ensemble.Read(i, read);
            Cases.AssertSameBits(expected.Parameters, read.Parameters, $"member {i}");
        }
    }

    [Fact]
    public void Wrong_arguments_are_named_and_nothing_is_written()
    {
        var ensemble = new NetworkEnsemble([3, 4, 2], 5, seed: 1);
        float[] x = new float[5 * 2 * 3], y = [.. Enumerable.Repeat(7f, 5 * 2 * 2)];
        AssertRefused<ArgumentException>("inputs", "multiple of 15 values, but has a length of 29", () => ensemble.Forward(x.AsSpan(1), y));
        AssertRefused<ArgumentException>("inputs", "a multiple of 15 values, but has a length of 0", () => ensemble.Forward([], y));
        AssertRefused<ArgumentException>("inputs", "a multiple of 3 values", () => ensemble.ForwardShared(x.AsSpan(1), y));
        AssertRefused<ArgumentException>("outputs", "a length of 20, 2 values for each of 5", () => ensemble.Forward(x, y.AsSpan(1)));
        AssertRefused<ArgumentException>("outputs", "a length of 100", () => ensemble.ForwardShared(x, y));
        AssertRefused<ArgumentOutOfRangeException>("threads", "at least 1, but is 0", () => ensemble.Forward(x, y, threads: 0));
        AssertRefused<ArgumentException>("outputs", "share memory", () => ensemble.Forward(x, x.AsSpan(5, 20)));
        Network network = new([3, 4, 2], seed: 1), other = new([3, 5, 2], seed: 1);
        AssertRefused<ArgumentOutOfRangeException>("member", "less than 5, but is 5", () => ensemble.Read(5, network));
        AssertRefused<ArgumentOutOfRangeException>("member", "less than 5, but is -1", () => ensemble.Write(-1, network));
        AssertRefused<ArgumentException>("network", "must be 4, as in the ensemble, but is 5", () => ensemble.Read(0, other));
        AssertRefused<ArgumentException>("network", "must be 4, as in the ensemble, but is 5", () => ensemble.Write(0, other));
        network.InputStandardizer = new Standardizer(3);
        AssertRefused<ArgumentException>("network", "InputStandardizer must be null", () => ensemble.Write(0, network));
        AssertRefused<ArgumentNullException>("network", "null", () => ensemble.Read(0, null!));
        Assert.All(y, value => Assert.Equal(7f, value));

        AssertRefused<ArgumentOutOfRangeException>("count", "but is 0", () => _ = new NetworkEnsemble([3, 4, 2], 0, seed: 1));
        AssertRefused<ArgumentOutOfRangeException>(
            "count", $"but is {int.MaxValue}", () => _ = new NetworkEnsemble([3, 4, 2], int.MaxValue, seed: 1));
        AssertRefused<ArgumentException>("widths", "", () => _ = new NetworkEnsemble([3], 4, seed: 1));
    }

    private static void AssertRefused<TException>(string argument, string message, Action call)
        where TException : ArgumentException
    {
        TException exception = Assert.Throws<TException>(call);
        Assert.Equal(argument, exception.ParamName);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static void AssertMembers(
        NetworkEnsemble ensemble, Activation[] activations, int[] widths, int seed, Func<int, ReadOnlySpan<float>> inputs, float[] outputs,
        string what)
    {
        int floats = outputs.Length / ensemble.Count;
        float[] expected = new float[floats];
        for (int i = 0; i < ensemble.Count; i++)
        {
            var network = new Network(widths, activations, unchecked(seed + i), Initializer.Glorot, KernelVariant.Scalar);
            network.Forward(inputs(i), expected);
            Cases.AssertSameBits(expected, outputs.AsSpan(i * floats, floats), $"{what}, member {i}");
        }
    }

    private static IEnumerable<int[]> Shapes(Random random)
    {
        IEnumerable<int[]> drawn =
            from _ in Enumerable.Range(0, 60)
            select (int[])[.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 40))];
        return drawn.Concat([[2, 4, 3, 2], [8, 16, 16, 1], [17, 33, 9, 5], [32, 64, 64, 64, 16], [1, 1], [300, 40, 3]]);
    }
}
