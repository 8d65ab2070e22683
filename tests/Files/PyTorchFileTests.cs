using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// Files that others wrote. They have numbers of any type, and any names that give an order. The caller says the activations.
/// </summary>
public class PyTorchFileTests
{
    private static readonly LoadOptions s_given = NetworkFileTests.Given;

    [Fact]
    public void Tensors_come_in_any_order()
    {
        // PyTorch sorts them by name, so layer 10 stands before layer 2.
        byte[] file = TensorFile.Of(
            TensorFile.F32("net.10.bias", [1], 6), TensorFile.F32("net.10.weight", [1, 2], 4, 5), TensorFile.F32("net.2.bias", [2], 2, 3),
            TensorFile.F32("net.2.weight", [2, 1], 0, 1));
        Network network = Network.Load(file, s_given);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], network.Parameters);
        Assert.Equal([Activation.Relu, Activation.Identity], network.Layers.Select(layer => layer.Activation));
    }

    [Theory]
    [InlineData("0", "2")]
    [InlineData("fc1", "fc2")]
    [InlineData("fc9", "fc10")]
    [InlineData("layers.8.linear", "layers.11.linear")]
    [InlineData("a1.b9", "a2.b1")]
    public void Names_follow_the_numbers_in_them(string first, string second)
    {
        foreach (bool swapped in (bool[])[false, true])
        {
            TensorFile.Tensor a = TensorFile.F32($"{first}.weight", [1, 1], 1), b = TensorFile.F32($"{second}.weight", [1, 1], 2);
            Assert.Equal([1, 0, 2, 0], Network.Load(swapped ? TensorFile.Of(b, a) : TensorFile.Of(a, b), s_given).Parameters);
        }
    }

    [Fact]
    public void A_single_Linear_has_no_name_before_its_tensors() =>
        Assert.Equal([1, 2, 3],
            Network.Load(TensorFile.Of(TensorFile.F32("bias", [1], 3), TensorFile.F32("weight", [1, 2], 1, 2)), s_given).Parameters);

    [Fact]
    public void Layers_are_taken_by_name_and_others_passed_over()
    {
        byte[] file = TensorFile.Of(
            TensorFile.F32("critic.weight", [1, 3], 9, 9, 9), TensorFile.F32("head.weight", [1, 1], 2),
            TensorFile.F32("trunk.0.weight", [1, 1], 1),
            new("steps", "I64", [], new byte[8]), TensorFile.F32("head.bias", [1], 3));
        Assert.Equal([1, 0, 2, 3], Network.Load(file, s_given with { Layers = ["trunk.0", "head"] }).Parameters);
        Assert.Equal([2, 3, 1, 0], Network.Load(file, s_given with { Layers = ["head", "trunk.0"] }).Parameters);
    }

    [Fact]
    public void Numbers_of_every_type_are_read()
    {
        float[] exact = [1.5f, -2f, 0f, -0f, 6.103515625E-05f, float.PositiveInfinity];
        foreach (Func<string, long[], float[], TensorFile.Tensor> type in (Func<string, long[], float[], TensorFile.Tensor>[])[
            TensorFile.F32, TensorFile.F16, TensorFile.BF16,
            (name, shape, values) => TensorFile.F64(name, shape, Array.ConvertAll(values, value => (double)value))])
        {
            Network network = Network.Load(TensorFile.Of(type("0.weight", [1, 6], exact)), s_given);
            Cases.AssertSameBits(exact, network.Layers[0].Weights, "weights");
        }
    }

    [Fact]
    public void F64_is_rounded_to_the_nearest_float()
    {
        Network network = Network.Load(TensorFile.Of(TensorFile.F64("0.weight", [1, 4], 0.1, 1e300, -1e-300, double.NaN)), s_given);
        Cases.AssertSameBits([0.1f, float.PositiveInfinity, -0f, float.NaN], network.Layers[0].Weights, "weights");
    }

    [Fact]
    public void Types_of_many_blocks_come_whole()
    {
        float[] values = [.. Enumerable.Range(0, 131 * 333).Select(k => (float)(k % 256 - 128))];
        var expected = new Network([333, 131], seed: 1);
        for (int i = 0; i < 131; i++)
        {
            for (int j = 0; j < 333; j++) expected.Parameters[j * 131 + i] = values[i * 333 + j];
        }

        expected.Layers[0].Biases.Fill(1f);
        double[] doubles = Array.ConvertAll(values, value => (double)value);
        foreach (TensorFile.Tensor weight in (TensorFile.Tensor[])[
            TensorFile.F16("w.weight", [131, 333], values), TensorFile.BF16("w.weight", [131, 333], values),
            TensorFile.F64("w.weight", [131, 333], doubles)])
        {
            byte[] file = TensorFile.Of(weight, TensorFile.F16("w.bias", [131], [.. Enumerable.Repeat(1f, 131)]));
            Cases.AssertSameBits(expected.Parameters, Network.Load(file, s_given).Parameters, weight.Type);
            Cases.AssertSameBits(expected.Parameters, Network.Load(new Trickle(file, 4097), s_given).Parameters, weight.Type);
        }
    }

    [Fact]
    public void Data_may_be_unaligned()
    {
        byte[] file = TensorFile.Of("""{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}""" + " ", [0, 0, 0x80, 0x3F]);
        byte[] shifted = TensorFile.Of(System.Text.Encoding.UTF8.GetBytes(TensorFile.HeaderOf(file).TrimEnd()), TensorFile.DataOf(file));
        Assert.Equal([1, 0], Network.Load(shifted, s_given).Parameters);
    }

    [Fact]
    public void Activations_are_given_one_by_one_too()
    {
        byte[] file = TensorFile.Of(TensorFile.F32("0.weight", [1, 1], 1), TensorFile.F32("1.weight", [2, 1], 1, 1));
        Network network = Network.Load(file, new LoadOptions { Activations = [Activation.Silu, Activation.Softmax] });
        Assert.Equal([Activation.Silu, Activation.Softmax], network.Layers.Select(layer => layer.Activation));
        byte[] single = TensorFile.Of(TensorFile.F32("weight", [1, 1], 1));
        Assert.Equal(Activation.Tanh, Network.Load(single, new LoadOptions { Output = Activation.Tanh }).Layers[0].Activation);
    }

    [Fact]
    public void Options_that_contradict_themselves_are_refused()
    {
        Assert.StartsWith(
            "Hidden must be an activation of each neuron by itself, but is Softmax.",
            Assert.Throws<ArgumentException>(() => new LoadOptions { Hidden = Activation.Softmax }).Message);
        Assert.StartsWith(
            "Activations[0] must be an activation of each neuron by itself, but is Softmax.",
            Assert.Throws<ArgumentException>(() => new LoadOptions { Activations = [Activation.Softmax, Activation.Relu] }).Message);
        Assert.StartsWith(
            "Activations[0] must be", Assert.Throws<ArgumentException>(() => new LoadOptions { Activations = [null!] }).Message);
        byte[] file = TensorFile.Of(TensorFile.F32("weight", [1, 1], 1));
        Assert.Equal(
            "Layers[1] must be the name of a layer, but is null. (Parameter 'Layers')",
            Assert.Throws<ArgumentException>(() => new LoadOptions { Layers = ["a", null!] }).Message);
        LoadOptions twice = new() { Output = Activation.Relu, Activations = [Activation.Relu] };
        Assert.StartsWith("options must have either", Assert.Throws<ArgumentException>(() => Network.Load(file, twice)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Network.Load(file, new LoadOptions { Kernels = (KernelVariant)99 }));
        Assert.Throws<ArgumentNullException>(() => Network.Load((Stream)null!));
    }
}
