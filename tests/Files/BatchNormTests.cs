using Xunit;

namespace FastNN.Tests.Files;

/// <summary>A BatchNorm with a place becomes part of its layer. The network then computes what layers and norms compute.</summary>
public class BatchNormTests
{
    /// <summary>Where norms stand: letters of "after" and "before" with the index of the layer, in the order of the list.</summary>
    public static TheoryData<string> Places { get; } =
        ["a0", "b0", "a1", "b1", "a2", "b2", "a0 a1", "b0 b1 b2", "a0 b1", "a0 b0", "a1 a1", "b1 b1", "b2 a2 b2 a2", "a0 b1 a1 b2 a2 b0"];

    public static TheoryData<string> Types { get; } = ["F32", "F16", "BF16", "F64"];

    [Theory]
    [MemberData(nameof(Places))]
    public void Norms_at_every_place_are_folded(string places)
    {
        foreach (int[] widths in (int[][])[[3, 4, 5, 2], [1, 1, 1, 1], [7, 17, 33, 5], [2, 300, 3, 1]])
        {
            foreach ((bool affine, bool biases) in ((bool, bool)[])[(true, true), (false, true), (true, false), (false, false)])
                AssertFolded(new NormedChain(1, widths, biases: biases), places, affine);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Numbers_of_every_type_are_folded_with_one_rounding(string type)
    {
        foreach (int seed in Enumerable.Range(0, 20)) AssertFolded(new NormedChain(seed, [5, 9, 6, 3], type: type), "a0 b1 a2 b2", true);
    }

    [Theory]
    [InlineData("net.")]
    [InlineData("actor/mlp.")]
    [InlineData("module.policy.net.")]
    public void Names_have_any_prefix(string prefix) =>
        AssertFolded(new NormedChain(1, [3, 4, 4, 2], prefix), "a0 b2", true, epsilon: 1e-3);

    [Fact]
    public void Epsilon_counts()
    {
        foreach (double epsilon in (double[])[0, 1e-12, 1e-5, 1e-3, 1])
            AssertFolded(new NormedChain(1, [3, 4, 4, 2], type: "F64"), "a0 b2", true, epsilon);
    }

    [Fact]
    public void Layers_can_be_listed_too()
    {
        NormedChain chain = new NormedChain(1, [3, 4, 2], "net.").With(0, isAfter: true).With(1, isAfter: false);
        LoadOptions options = chain.Options with { Layers = [chain.LayerOf(0), chain.LayerOf(1)] };
        chain.AssertFolded(Network.Load(chain.File, options));
        Cases.AssertSameBits(
            Network.Load(chain.File, chain.Options).Parameters, Network.Load(new Trickle(chain.File, 7), options).Parameters, "a stream");
    }

    /// <summary>A single Linear and its norm, with the names of Keras, and rows that PyTorch would not write.</summary>
    [Fact]
    public void The_names_of_Keras_are_read()
    {
        byte[] file = TensorFile.Of(
            TensorFile.F32("dense/kernel:0", [2, 1], 3, 5), TensorFile.F32("dense/bias:0", [1], 7),
            TensorFile.F32("norm/gamma:0", [2], 2, 4), TensorFile.F32("norm/beta:0", [1, 2], 1, 2),
            TensorFile.F32("norm/moving_mean:0", [2], 1, 3), TensorFile.F32("norm/moving_variance:0", [2, 1], 3, 15));
        LoadOptions options = new() { Output = Activation.Identity, Norms = [new BatchNorm("norm") { Before = "dense", Epsilon = 1 }] };
        Network network = Network.Load(file, options);
        Assert.Equal([3 * 1, 5 * 1, 7 + 3 * (1 - 1) + 5 * (2 - 3)], network.Parameters);
    }

    /// <summary>An F64 layer keeps its doubles until its norm is folded: with two roundings, this weight would be another one.</summary>
    [Fact]
    public void Doubles_are_rounded_once()
    {
        double w = 1 + Math.ScaleB(1, -24) + Math.ScaleB(1, -50); // the next float is 1 + 2^-23
        byte[] file = TensorFile.Of(
            TensorFile.F64("0.weight", [1, 1], w), TensorFile.F64("0.bias", [1], -w), TensorFile.F64("1.running_mean", [1], 0),
            TensorFile.F64("1.running_var", [1], 1 / 9.0), TensorFile.F64("1.weight", [1], 1), TensorFile.F64("1.bias", [1], 0));
        Network network = Network.Load(
            file, NetworkFileTests.Given with { Norms = [new BatchNorm("1") { After = "0", Epsilon = 0 }] });
        float expected = (float)(w * (1 / Math.Sqrt(1 / 9.0)));
        Assert.NotEqual((float)((float)w * (1 / Math.Sqrt(1 / 9.0))), expected);
        Assert.Equal([expected, -expected], network.Parameters);
    }

    /// <summary>The widest vectors that few weights can have, and the most copies of F64.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Memory_grows_with_what_is_there(string type)
    {
        foreach ((int[] widths, string places, bool biases) in ((int[], string, bool)[])[
            ([1, 200_000], "a0", false), ([200_000, 1], "b0", false), ([1, 200_000], "a0 a0", true), ([400, 500], "a0 b0", true)])
        {
            NormedChain chain = Place(new NormedChain(1, widths, type: type, biases: biases), places, affine: false, epsilon: 1e-5);
            (byte[] file, LoadOptions options) = (chain.File, chain.Options);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Network.Load(file, options);
            int times = type is "F16" or "BF16" ? 4 : 2;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, times * (long)file.Length + (3 << 19));
        }
    }

    /// <summary>As many norms as a header has room for, with long names.</summary>
    [Fact]
    public void Many_norms_take_little_memory_and_time()
    {
        var chain = new NormedChain(1, [.. Enumerable.Repeat(1, 401)], new string('n', 120), biases: false);
        for (int l = 0; l < 400; l++) chain.With(l, isAfter: l % 2 == 0, affine: false);
        (byte[] file, LoadOptions options) = (chain.File, chain.Options);
        TimeSpan began = ThreadTime.Now;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Network network = Network.Load(file, options);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * (long)file.Length + (3 << 19));
        NoHang.Assert(began, () => Network.Load(file, options), "A file of many norms");
        chain.AssertFolded(network);
    }

    /// <summary>The standardizers of a file stand before and behind all of it.</summary>
    [Fact]
    public void Standardizers_go_with_norms()
    {
        byte[] file = TensorFile.Of(
            TensorFile.F32("0.weight", [1, 1], 3), TensorFile.F32("1.running_mean", [1], 1), TensorFile.F32("1.running_var", [1], 4),
            TensorFile.F32("input_standardizer.mean", [1], 1), TensorFile.F32("input_standardizer.factor", [1], 2));
        LoadOptions options = new() { Output = Activation.Identity, Norms = [new BatchNorm("1") { Before = "0", Epsilon = 0 }] };
        float[] outputs = new float[1];
        Network.Load(file, options).Forward([5f], outputs);
        Assert.Equal(((5 - 1) * 2 - 1) / 2f * 3, outputs[0]);
    }

    private static void AssertFolded(NormedChain chain, string places, bool affine, double epsilon = 1e-5)
    {
        Place(chain, places, affine, epsilon);
        Network network = Network.Load(chain.File, chain.Options);
        chain.AssertFolded(network);
        chain.AssertForward(network);
    }

    private static NormedChain Place(NormedChain chain, string places, bool affine, double epsilon)
    {
        foreach (string place in places.Split(' ')) chain.With(place[1] - '0', place[0] == 'a', affine, epsilon);
        return chain;
    }
}
