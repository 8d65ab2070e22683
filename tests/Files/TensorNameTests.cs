using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// The names that people give to tensors. A name or the shapes tell which dimension is the inputs. If nothing tells it, the message says
/// what to rename.
/// </summary>
public class TensorNameTests
{
    private static readonly LoadOptions s_given = NetworkFileTests.Given;

    /// <summary>Names of the weights and biases of two layers, and the names of the layers. The weights are [n_in, n_out].</summary>
    public static TheoryData<string, string, string, string, string, string> InputsFirst { get; } = new()
    {
        { "Dense_0.kernel", "Dense_0.bias", "Dense_1.kernel", "Dense_1.bias", "Dense_0", "Dense_1" },
        { "params.D_0.kernel", "params.D_0.bias", "params.D_1.kernel", "params.D_1.bias", "params.D_0", "params.D_1" },
        { "params/D_9/kernel", "params/D_9/bias", "params/D_10/kernel", "params/D_10/bias", "params/D_9", "params/D_10" },
        { "dense_1/kernel:0", "dense_1/bias:0", "dense_2/kernel:0", "dense_2/bias:0", "dense_1", "dense_2" },
        { "coefs_0", "intercepts_0", "coefs_1", "intercepts_1", "coefs_0", "coefs_1" },
        { "coefs_.0", "intercepts_.0", "coefs_.1", "intercepts_.1", "coefs_.0", "coefs_.1" },
        { "mlp.coefs0", "mlp.intercepts0", "mlp.coefs1", "mlp.intercepts1", "mlp.coefs0", "mlp.coefs1" },
        { "kernel_0", "bias_0", "kernel_1", "bias_1", "kernel_0", "kernel_1" },
    };

    /// <summary>The same for names that do not tell the order of dimensions.</summary>
    public static TheoryData<string, string, string, string> AnyOrder { get; } = new()
    {
        { "W1", "b1", "W2", "b2" },
        { "W9", "b9", "W10", "b10" },
        { "w0", "b0", "w1", "b1" },
        { "W_1", "b_1", "W_2", "b_2" },
        { "net.W1", "net.b1", "net.W2", "net.b2" },
        { "net/W1", "net/b1", "net/W2", "net/b2" },
        { "weights.0", "biases.0", "weights.1", "biases.1" },
        { "weights/0", "biases/0", "weights/1", "biases/1" },
        { "weights_0", "biases_0", "weights_1", "biases_1" },
        { "weight1", "bias1", "weight2", "bias2" },
    };

    [Theory]
    [MemberData(nameof(InputsFirst))]
    public void Kernels_and_coefs_have_the_inputs_first(string w0, string b0, string w1, string b1, string first, string second)
    {
        // Both are square: the names alone tell the order.
        byte[] file = TensorFile.Of(
            TensorFile.F32(w1, [2, 2], 7, 8, 9, 10), TensorFile.F32(b1, [2], 11, 12), TensorFile.F32(b0, [2], 5, 6),
            TensorFile.F32(w0, [2, 2], 1, 2, 3, 4));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], Network.Load(file, s_given).Parameters);
        Assert.Equal(
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], Network.Load(file, s_given with { Layers = [first, second] }).Parameters);
        Assert.Equal(
            [7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6], Network.Load(file, s_given with { Layers = [second, first] }).Parameters);
    }

    [Theory]
    [MemberData(nameof(AnyOrder))]
    public void Shapes_tell_the_order_of_numbered_weights(string w0, string b0, string w1, string b1)
    {
        TensorFile.Tensor[] biases = [TensorFile.F32(b1, [1], 9), TensorFile.F32(b0, [2], 5, 6)];
        byte[] inputsFirst = TensorFile.Of([TensorFile.F32(w0, [2, 2], 1, 2, 3, 4), TensorFile.F32(w1, [2, 1], 7, 8), .. biases]);
        byte[] outputsFirst = TensorFile.Of([TensorFile.F32(w0, [2, 2], 1, 3, 2, 4), TensorFile.F32(w1, [1, 2], 7, 8), .. biases]);
        foreach (byte[] file in (byte[][])[inputsFirst, outputsFirst])
        {
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], Network.Load(file, s_given).Parameters);
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], Network.Load(file, s_given with { Layers = [w0, w1] }).Parameters);
        }
    }

    /// <summary>Without biases, the chain tells it. Beside a layer whose name tells its order, that one does.</summary>
    [Fact]
    public void The_chain_tells_the_order_too()
    {
        byte[] chain = TensorFile.Of(TensorFile.F32("W1", [1, 2], 1, 2), TensorFile.F32("W2", [2, 3], 3, 4, 5, 6, 7, 8));
        Assert.Equal([1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 0, 0, 0], Network.Load(chain, s_given).Parameters);
        byte[] turned = TensorFile.Of(TensorFile.F32("W1", [2, 1], 1, 2), TensorFile.F32("W2", [3, 2], 3, 6, 4, 7, 5, 8));
        Assert.Equal([1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 0, 0, 0], Network.Load(turned, s_given).Parameters);
        byte[] mixed = TensorFile.Of(TensorFile.F32("W1", [1, 2], 1, 2), TensorFile.F32("head.weight", [1, 2], 3, 4));
        Assert.Equal([1, 2, 0, 0, 3, 4, 0], Network.Load(mixed, s_given with { Layers = ["W1", "head"] }).Parameters);
        byte[] single = TensorFile.Of(TensorFile.F32("W1", [1, 1], 1), TensorFile.F32("b1", [1], 2));
        Assert.Equal([1, 2], Network.Load(single, s_given).Parameters);
    }

    [Theory]
    [InlineData("0.weight", "0.bias")]
    [InlineData("0.kernel", "0.bias")]
    [InlineData("W1", "b1")]
    public void Biases_of_one_row_or_column_are_read(string weight, string bias)
    {
        foreach (long[] shape in (long[][])[[3], [1, 3], [3, 1]])
        {
            TensorFile.Tensor w = TensorFile.F32(weight, weight == "0.kernel" ? [1, 3] : [3, 1], 1, 2, 3);
            Assert.Equal([1, 2, 3, 4, 5, 6], Network.Load(TensorFile.Of(w, TensorFile.F32(bias, shape, 4, 5, 6)), s_given).Parameters);
        }
    }

    [Fact]
    public void Kernels_of_many_blocks_come_whole()
    {
        float[] values = [.. Enumerable.Range(0, 131 * 333).Select(k => (float)(k % 256 - 128))];
        foreach (TensorFile.Tensor kernel in (TensorFile.Tensor[])[
            TensorFile.F32("w.kernel", [333, 131], values), TensorFile.F16("w.kernel", [333, 131], values),
            TensorFile.BF16("w.kernel", [333, 131], values),
            TensorFile.F64("w.kernel", [333, 131], Array.ConvertAll(values, value => (double)value))])
        {
            Network network = Network.Load(new Trickle(TensorFile.Of(kernel), 4097), s_given);
            Cases.AssertSameBits(values, network.Layers[0].Weights, kernel.Type);
        }
    }

    /// <summary>Files whose tensors have these names and shapes, and what the message says.</summary>
    public static TheoryData<string, string> Refused { get; } = new()
    {
        { "W1 4,4; b1 4",
            "The tensor \"W1\" [4, 4] and those like it fit as [n_in, n_out] and as [n_out, n_in]. Rename each: "
            + "\"W1\" to \"W1.kernel\" if it is [n_in, n_out], or to \"W1.weight\" if it is [n_out, n_in], and \"b1\" to \"W1.bias\"." },
        { "net.W1 3,4; net.W2 4,3",
            "The tensor \"net.W1\" [3, 4] and those like it fit as [n_in, n_out] and as [n_out, n_in]. Rename each: "
            + "\"net.W1\" to \"net.W1.kernel\" if it is [n_in, n_out], or to \"net.W1.weight\" if it is [n_out, n_in]." },
        { "W1 3,4; b1 5",
            "The layers from the tensor \"W1\" [3, 4] on are no chain, neither as [n_in, n_out] nor as [n_out, n_in]: "
            + "the outputs of a layer, its biases and the inputs of the next layer must have the same length." },
        { "W1 3,4; W2 5,6", "The layers from the tensor \"W1\" [3, 4] on are no chain" },
        { "W1 3,4; b1 4; W2 2,4; b2 2", "The layers from the tensor \"W1\" [3, 4] on are no chain" },
        { "weights.0 3,4,1", "The tensor \"weights.0\" [3, 4, 1] must have two dimensions, outputs and inputs, of at least 1." },
        { "0.kernel 4", "must have two dimensions" },
        { "0.kernel 3,3,8,16", "The tensor \"0.kernel\" [3, 3, 8, 16] must have two dimensions" },
        { "0.weight 3,4; 0.bias 4",
            "The tensor \"0.bias\" [4] must have one dimension, the 3 outputs of the tensor \"0.weight\" [3, 4]. "
            + "All weights fit as [n_in, n_out]: if they are, rename them to end in \".kernel\"." },
        { "0.weight 3,4; 1.weight 4,2",
            "The tensor \"1.weight\" [4, 2] must take the 3 outputs of the tensor \"0.weight\" [3, 4] before it, but has 2 inputs. "
            + "All weights fit as [n_in, n_out]: if they are, rename them to end in \".kernel\"." },
        { "0.kernel 4,3; 0.bias 4; 1.kernel 2,4",
            "The tensor \"0.bias\" [4] must have one dimension, the 3 outputs of the tensor \"0.kernel\" [4, 3]. "
            + "All weights fit as [n_out, n_in]: if they are, rename them to end in \".weight\"." },
        { "0.weight 3,4; 0.bias 2,3",
            "The tensor \"0.bias\" [2, 3] must have one dimension, the 3 outputs of the tensor \"0.weight\" [3, 4]." },
        { "dense/kernel 2,2; dense_1/kernel 2,2",
            "The order of the layers \"dense\" and \"dense_1\" does not follow from the numbers in them: list all in LoadOptions.Layers." },
        { "0.weight 3,4; W1 3,3", "The order of the layers \"0\" and \"W1\" does not follow from the numbers in them" },
        { "W 3,4; b 4",
            "The file holds no weights of a layer. Its tensors: \"W\", \"b\". Weights must be named \"X.weight\" [n_out, n_in] or "
            + "\"X.kernel\" [n_in, n_out], and their biases \"X.bias\"; or with numbers, as \"W1\" and \"b1\", \"weights.0\" and "
            + "\"biases.0\", or \"coefs_0\" and \"intercepts_0\"." },
        { "0.weight 3,4; 0.b 4",
            "The tensor \"0.b\" [4] is no part of a layer. Weights must be named \"X.weight\" [n_out, n_in] or " },
        { "W1 3,4; B1 4", "The tensor \"B1\" [4] is no part of a layer." },
        { "a.kernel 2,2; a.weight 2,2", "The order of the layers \"a\" and \"a\" does not follow from the numbers in them" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_message_says_what_to_rename(string tensors, string message) =>
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => Network.Load(FileOf(tensors), s_given)).Message);

    /// <summary>The names that the message of an ambiguous file advises lead to the two networks.</summary>
    [Fact]
    public void The_advice_helps()
    {
        float[] values = [1, 2, 3, 4];
        foreach ((string word, float[] expected) in ((string, float[])[])[("kernel", [1, 2, 3, 4, 5, 6]), ("weight", [1, 3, 2, 4, 5, 6])])
        {
            byte[] file = TensorFile.Of(TensorFile.F32($"W1.{word}", [2, 2], values), TensorFile.F32("W1.bias", [2], 5, 6));
            Assert.Equal(expected, Network.Load(file, s_given).Parameters);
            Assert.Equal(expected, Network.Load(file, s_given with { Layers = ["W1"] }).Parameters);
        }
    }

    /// <summary>Tensors of ones: "W1 3,4; b1 4" are two.</summary>
    internal static byte[] FileOf(string tensors) => TensorFile.Of([.. tensors.Split("; ").Select(tensor =>
    {
        string[] parts = tensor.Split(' ');
        long[] shape = [.. parts[1..].SelectMany(part => part.Split(',')).Select(long.Parse)];
        float[] ones = new float[shape.Aggregate(1L, (size, dimension) => size * dimension)];
        Array.Fill(ones, 1f);
        return TensorFile.F32(parts[0], shape, ones);
    })]);
}
