using FastNN.Fit;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>Standardizers come back from files of networks and from checkpoints, to the bit, with their statistics.</summary>
public class StandardizerFileTests
{
    public static TheoryData<bool, bool, bool> Ends { get; } =
        [(true, false, false), (false, true, false), (true, true, false), (true, false, true), (false, true, true), (true, true, true)];

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_network_comes_back_with_its_standardizers(bool input, bool output, bool statistics)
    {
        foreach (int[] widths in (int[][])[[1, 1], [3, 2], [17, 33, 9, 5], [20_001, 1, 16_387]])
        {
            Network network = NetworkWith(widths, input, output, statistics), loaded = Network.Load(TensorFile.Saved(network));
            NetworkFileTests.AssertSame(network, loaded);
            AssertSame(network.InputStandardizer, loaded.InputStandardizer);
            AssertSame(network.OutputStandardizer, loaded.OutputStandardizer);
            Assert.Equal(TensorFile.Saved(network), TensorFile.Saved(loaded));
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_checkpoint_restores_them(bool input, bool output, bool statistics)
    {
        var saved = new Trainer(NetworkWith([3, 4, 2], input, output, statistics), new Adam(0.1f));
        saved.Step(Cases.Uniform(1, 6), Cases.Uniform(2, 4));
        using var file = new MemoryStream();
        saved.Save(file);
        file.Position = 0;

        var trainer = new Trainer(NetworkWith([3, 4, 2], input, output, statistics, seed: 50), new Adam(0.1f));
        Standardizer? there = trainer.Network.InputStandardizer;
        trainer.Load(file);
        Assert.Same(there, trainer.Network.InputStandardizer); // other networks may share it
        AssertSame(saved.Network.InputStandardizer, trainer.Network.InputStandardizer);
        AssertSame(saved.Network.OutputStandardizer, trainer.Network.OutputStandardizer);
        float[] x = Cases.Uniform(3, 9), y = Cases.Uniform(4, 6);
        Cases.AssertSameBits(saved.Step(x, y), trainer.Step(x, y), "cost");
        Cases.AssertSameBits(saved.Network.Parameters, trainer.Network.Parameters, "parameters");
    }

    [Fact]
    public void A_checkpoint_must_have_the_standardizers_of_the_trainer()
    {
        foreach ((Network there, Network here, string message) in ((Network, Network, string)[])
        [
            (NetworkWith([3, 2], true, false, false), NetworkWith([3, 2], false, false, false),
                "the input standardizer is one without statistics in the file, but none in the trainer."),
            (NetworkWith([3, 2], false, false, false), NetworkWith([3, 2], false, true, true),
                "the output standardizer is none in the file, but one with statistics in the trainer."),
            (NetworkWith([3, 2], true, false, true), NetworkWith([3, 2], true, false, false),
                "the input standardizer is one with statistics in the file, but one without statistics in the trainer."),
        ])
        {
            using var file = new MemoryStream();
            new Trainer(there, new Sgd(0.1f)).Save(file);
            file.Position = 0;
            float[] before = here.Parameters.ToArray();
            ModelFormatException exception =
                Assert.Throws<ModelFormatException>(() => new Trainer(here, new Sgd(0.1f)).Load(file));
            Assert.EndsWith(message, exception.Message);
            Assert.Equal(before, here.Parameters.ToArray());
        }
    }

    /// <summary>PyTorch has no such modules, but its users may add the tensors to a state_dict. Their names are enough.</summary>
    [Fact]
    public void Tensors_in_files_of_others_are_read_by_their_names()
    {
        TensorFile.Tensor[] layer = [TensorFile.F32("0.weight", [1, 2], 1, 2), TensorFile.F32("0.bias", [1], 3)];
        byte[] file = TensorFile.Of(
        [
            .. layer, TensorFile.F64("input_standardizer.mean", [2], 5, 6), TensorFile.F16("input_standardizer.factor", [2], 0.5f, 2),
            TensorFile.F64("input_standardizer.statistics", [2, 2], 1, 2, 3, 4),
            TensorFile.F32("output_standardizer.mean", [1], 7), TensorFile.BF16("output_standardizer.factor", [1], 4),
        ]);
        foreach (IReadOnlyList<string>? layers in (IReadOnlyList<string>?[])[null, ["0"]])
        {
            Network network = Network.Load(file, new LoadOptions { Output = Activation.Identity, Layers = layers });
            var outputs = new float[1];
            network.Forward([9, 8], outputs);
            Assert.Equal((1 * 2 + 2 * 4 + 3) / 4f + 7, outputs[0]);
            Assert.Equal(0, network.InputStandardizer!.Samples); // without FastNN's metadata, nobody says of how many samples they are
        }
    }

    [Theory]
    [InlineData("input_standardizer.mean", 3, "must have the shape [2] and be of type F32, F16, BF16 or F64.")]
    [InlineData("output_standardizer.factor", 2, "must have the shape [1] and be of type F32, F16, BF16 or F64.")]
    public void Wrong_shapes_are_refused(string name, int length, string message)
    {
        ModelFormatException exception = Refused(TensorFile.F32(name, [length], new float[length]));
        Assert.Equal($"The tensor \"{name}\" [{length}] {message}", exception.Message);
    }

    [Theory]
    [InlineData("model.input_standardizer.mean")]
    [InlineData("input_standardiser.mean")]
    [InlineData("input_standardizer.scale")]
    public void Names_that_are_nearly_right_are_refused(string name)
    {
        byte[] file = TensorFile.Of(TensorFile.F32("0.weight", [1, 2], 1, 2), TensorFile.F32(name, [2], 1, 2));
        foreach (IReadOnlyList<string>? layers in (IReadOnlyList<string>?[])[null, ["0"]])
        {
            ModelFormatException exception = Assert.Throws<ModelFormatException>(
                () => Network.Load(file, new LoadOptions { Output = Activation.Identity, Layers = layers }));
            Assert.Equal(
                $"The tensor \"{name}\" [2] looks like a part of a standardizer. Its name must be \"input_standardizer\" or "
                + "\"output_standardizer\", and then \".mean\" or \".factor\".",
                exception.Message);
        }
    }

    [Fact]
    public void Parts_and_numbers_that_make_no_standardizer_are_refused()
    {
        Assert.Equal(
            "The file has the tensor \"input_standardizer.mean\" [2], but no tensor \"input_standardizer.factor\".",
            Refused(TensorFile.F32("input_standardizer.mean", [2], 1, 2)).Message);
        Assert.StartsWith(
            "The tensors of \"output_standardizer\" make no standardizer: factor[0] must be finite and not 0, but is 0.",
            Refused(TensorFile.F32("output_standardizer.mean", [1], 1), TensorFile.F32("output_standardizer.factor", [1], 0)).Message);
        TensorFile.Tensor[] output =
            [TensorFile.F32("output_standardizer.mean", [1], 1), TensorFile.F32("output_standardizer.factor", [1], 1)];
        Assert.Equal(
            "The file has an output standardizer, which needs Identity as the last layer's activation, but that is Tanh.",
            Refused(Activation.Tanh, output).Message);

        byte[] saved = TensorFile.Saved(NetworkWith([3, 2], true, false, true));
        const string samples = "input_standardizer.samples\":\"";
        byte[] damaged = TensorFile.Edit(saved, header => header.Replace($"{samples}20", $"{samples}-2"));
        Assert.Equal(
            "The tensor \"input_standardizer.statistics\" [2, 3] must be of type F64, and have seen at least 0 samples, but -2.",
            Assert.Throws<ModelFormatException>(() => Network.Load(damaged, new LoadOptions { Verify = false })).Message);
        Assert.StartsWith("The metadata is damaged", Assert.Throws<ModelFormatException>(() => Network.Load(damaged)).Message);
        saved[^1] ^= 1; // the last byte of a factor
        Assert.StartsWith("The tensor ", Assert.Throws<ModelFormatException>(() => Network.Load(saved)).Message);
    }

    /// <summary>From statistics that no samples make, a later update would make a factor of 0, or a mean that is not finite.</summary>
    [Theory]
    [InlineData(1e300)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1.0)]
    public void Statistics_that_no_samples_make_are_refused(double squares)
    {
        var network = new Network([1, 2], seed: 1) { InputStandardizer = Standardizer.Fit([1, 4], 1) };
        byte[] file = TensorFile.Saved(network);
        int place = file.AsSpan().IndexOf(BitConverter.GetBytes(4.5));
        BitConverter.GetBytes(squares).CopyTo(file, place);
        Assert.Equal(
            "The tensor \"input_standardizer.statistics\" [2, 1] holds no running mean and variance of 2 samples of floats.",
            Assert.Throws<ModelFormatException>(() => Network.Load(file, new LoadOptions { Verify = false })).Message);
    }

    /// <summary>A trainer with one standardizer at both ends cannot take two different ones.</summary>
    [Fact]
    public void Two_standardizers_do_not_become_one()
    {
        using var file = new MemoryStream();
        Trainer(Standardizer.Fit([1, 2], 1), Standardizer.Fit([3, 5], 1)).Save(file);
        file.Position = 0;
        var both = new Standardizer(1);
        Assert.EndsWith(
            "its two standardizers differ, but the trainer has one for the inputs and the outputs.",
            Assert.Throws<ModelFormatException>(() => Trainer(both, both).Load(file)).Message);
        Assert.Equal(0, both.Samples);

        using var same = new MemoryStream();
        var one = Standardizer.Fit([1, 2], 1);
        Trainer(one, one).Save(same);
        same.Position = 0;
        Trainer(both, both).Load(same);
        Assert.Equal(one.Factor, both.Factor);

        static Trainer Trainer(Standardizer input, Standardizer output) => new(
            new Network([1, 2, 1], Activation.Tanh, Activation.Identity, seed: 1)
            {
                InputStandardizer = input,
                OutputStandardizer = output,
            },
            new Sgd(0.1f));
    }

    private static ModelFormatException Refused(params TensorFile.Tensor[] tensors) => Refused(Activation.Identity, tensors);

    private static ModelFormatException Refused(Activation last, TensorFile.Tensor[] tensors)
    {
        byte[] file = TensorFile.Of([TensorFile.F32("0.weight", [1, 2], 1, 2), .. tensors]);
        return Assert.Throws<ModelFormatException>(() => Network.Load(file, new LoadOptions { Output = last }));
    }

    private static Network NetworkWith(int[] widths, bool input, bool output, bool statistics, int seed = 1)
    {
        var network = new Network(widths, Activation.Relu, Activation.Identity, seed);
        if (input) network.InputStandardizer = Create(widths[0]);
        if (output) network.OutputStandardizer = Create(widths[^1]);
        return network;

        Standardizer Create(int width)
        {
            var fitted = Standardizer.Fit(Cases.Uniform(seed + width, 20 * width, -3, 5), width);
            return statistics ? fitted : new Standardizer(fitted.Mean, fitted.Factor);
        }
    }

    private static void AssertSame(Standardizer? expected, Standardizer? actual)
    {
        Assert.Equal(expected == null, actual == null);
        if (expected == null || actual == null) return;

        Cases.AssertSameBits(expected.Mean, actual.Mean, "mean");
        Cases.AssertSameBits(expected.Factor, actual.Factor, "factor");
        Assert.Equal(SumsOf(expected.Statistics), SumsOf(actual.Statistics));

        static double[]? SumsOf(StandardizerStatistics? sums) => sums == null ? null : [sums.Samples, .. sums.Mean, .. sums.Squares];
    }
}
