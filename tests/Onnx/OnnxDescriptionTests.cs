using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>What a file is, said in words; and the choice of inputs and outputs.</summary>
public sealed class OnnxDescriptionTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"fastnn-{Guid.NewGuid():N}.onnx");

    public static TheoryData<byte[], string> Strangers { get; } = new()
    {
        { [.. "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 123\n"u8], "a pointer of Git LFS" },
        { [.. "PK\x03\x04 and so on"u8], "a zip archive" },
        { [0x89, .. "HDF\r\n\x1a\n"u8], "HDF5" },
        { [0x1C, 0, 0, 0, .. "TFL3 more"u8], "TensorFlow Lite" },
        { [0x1F, 0x8B, 8, 0], "compressed by gzip" },
        { [0x80, 2, (byte)'}', (byte)'q', 0], "a pickle of Python" },
        { [16, 0, 0, 0, 0, 0, 0, 0, .. "{\"a\":{}}        "u8], "safetensors" },
        { [.. "<!DOCTYPE html><html>not found</html>"u8], "HTML or XML" },
        { [.. "  {\"weights\": [1, 2, 3]}"u8], "JSON" },
        { [.. "a text of some words"u8], "a text" },
    };

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Strangers))]
    public void A_file_that_is_something_else_is_called_so(byte[] bytes, string kind)
    {
        File.WriteAllBytes(_path, bytes);
        Assert.Contains(kind, Assert.Throws<ModelFormatException>(() => OnnxModel.Load(_path)).Message, StringComparison.Ordinal);
        Assert.Contains(kind, OnnxModel.Describe(_path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_is_described()
    {
        OnnxBuilder model = new OnnxBuilder("batch", 3).Op("Identity");
        model.Op("Sub", model.Raw([1f, 2f, 3f], 3)).Gemm(new Network([3, 2], seed: 1).Layers[0]).Op("Elu").Output("batch", 2);
        model.Model.ProducerName = "somebody";
        File.WriteAllBytes(_path, model.ToBytes());
        Assert.Equal(
            """
            producer: somebody, IR version 8, opset 15
            input: 'x' FLOAT [batch, 3]
            output: 'v7' FLOAT [batch, 2]
            nodes: 1 Elu, 1 Gemm, 1 Identity, 1 Sub
            tensors: 3
            network: 3-2, Elu, 8 parameters, input standardizer
            """,
            OnnxModel.Describe(_path), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void What_does_not_load_is_described_with_its_reason()
    {
        File.WriteAllBytes(_path, new OnnxBuilder("batch", 3).Op("LSTM").ToBytes());
        Assert.EndsWith(
            "\nnot loaded: Node 0 'n0' (LSTM): recurrence is not supported; the documentation of FastNN.Onnx lists what is.",
            OnnxModel.Describe(_path), StringComparison.Ordinal);
        File.WriteAllBytes(_path, [0x3A, 5, 0]);
        Assert.StartsWith("This is no ONNX model that can be read. Byte 2", OnnxModel.Describe(_path), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => OnnxModel.Describe($"{_path}.gone"));
        Assert.Throws<ArgumentNullException>("path", () => OnnxModel.Describe(null!));
    }

    [Fact]
    public void A_name_that_is_not_there_is_refused()
    {
        byte[] model = OnnxTests.Save(new Network([3, 2], seed: 1));
        Assert.Equal(3, OnnxModel.Load(model, new OnnxLoadOptions { Input = "x", Output = "y" }).Inputs);
        Assert.Contains("it has no output 'z'; it has 'y'", Refusal(new OnnxLoadOptions { Output = "z" }), StringComparison.Ordinal);
        Assert.Contains("it has no input 'z'; it has 'x'", Refusal(new OnnxLoadOptions { Input = "z" }), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("options", () => OnnxModel.Load(model, (OnnxLoadOptions)null!));

        string Refusal(OnnxLoadOptions options) => Assert.Throws<ModelFormatException>(() => OnnxModel.Load(model, options)).Message;
    }

    /// <summary>Follows the recipe of the page on ONNX.</summary>
    [Fact]
    public void One_of_two_heads_is_chosen()
    {
        OnnxBuilder model = new OnnxBuilder("batch", 2).Gemm(new Network([2, 4], seed: 1).Layers[0]).Output("batch", 4).Op("Tanh");
        model.Graph.Node[^1].Output[0] = model.Value = "action";
        File.WriteAllBytes(_path, model.Output("batch", 4).ToBytes());
        Assert.Equal(Activation.Tanh, Pages.FileRecipes.Choose(_path).Layers[0].Activation);
    }

    /// <summary>Two inputs, two chains: either name is enough to choose.</summary>
    [Fact]
    public void An_input_or_an_output_chooses_a_chain()
    {
        var model = new OnnxBuilder("batch", 2);
        model.Graph.Input.Add(OnnxBuilder.Describe("other", "batch", 3));
        model.Gemm(new Network([2, 4], seed: 1).Layers[0]).Output("batch", 4);
        Layer layer = new Network([3, 5], seed: 1).Layers[0];
        model.Node("Gemm", "other", model.Raw(layer.Weights, 3, 5)).Output("batch", 5);
        byte[] bytes = model.ToBytes();
        Assert.Equal(5, OnnxModel.Load(bytes, new OnnxLoadOptions { Input = "other" }).Outputs);
        Assert.Equal(4, OnnxModel.Load(bytes, new OnnxLoadOptions { Input = "x" }).Outputs);
        Assert.Equal(3, OnnxModel.Load(bytes, new OnnxLoadOptions { Output = model.Value }).Inputs);
        Assert.Contains("several outputs are networks", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(bytes)).Message);
    }
}
