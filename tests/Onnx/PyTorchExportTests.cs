using System.Text.Json;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>
/// PyTorch wrote these files: an nn.Sequential of each activation, by safetensors.torch.save_file and by torch.onnx.export. GELU comes at
/// an opset with the operator and at one without. Both files give the same network. Its outputs are PyTorch's.
/// </summary>
public class PyTorchExportTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "data", "pytorch");

    public static TheoryData<string, string> Models { get; } =
        [.. Directory.EnumerateFiles(s_folder, "*.onnx").Select(Path.GetFileName).Order().Select(file => (file!.Split('.')[0], file))];

    [Fact]
    public void Many_activations_are_there() =>
        Assert.Equal(
            ["Gelu", "Identity", "LeakyRelu", "Relu", "Sigmoid", "Silu", "Softmax", "Softplus", "Tanh"],
            Models.Select(row => row.Data.Item1).Distinct());

    [Theory]
    [MemberData(nameof(Models))]
    public void Both_files_bring_the_network_that_PyTorch_ran(string name, string file)
    {
        Activation output = Cases.Named(name), hidden = output.IsElementwise ? output : Activation.Tanh;
        var network = Network.Load(Path.Combine(s_folder, $"{name}.safetensors"), new LoadOptions { Hidden = hidden, Output = output });
        Network exported = OnnxModel.Load(Path.Combine(s_folder, file));
        Assert.Equal([5, 7, 4, 3], [network.Inputs, .. network.Layers.Select(layer => layer.Outputs)]);
        Assert.Equal(network.Layers.Select(layer => layer.Activation), exported.Layers.Select(layer => layer.Activation));
        Cases.AssertSameBits(network.Parameters, exported.Parameters, "parameters");

        JsonElement results = JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "outputs.json"))).RootElement;
        float[] inputs = Floats(results.GetProperty("inputs")), theirs = Floats(results.GetProperty("outputs").GetProperty(name));
        Assert.Equal(4 * 3, theirs.Length);
        for (int s = 0; s < 4; s++)
        {
            ReadOnlySpan<float> x = inputs.AsSpan(5 * s, 5);
            float[] ours = new float[3];
            network.Forward(x, ours);
            Bounded.AssertAdmits(OracleNetwork.Outputs(network, x), ours, $"FastNN, sample {s}");
            Bounded.AssertAdmits(OracleNetwork.OutputsOfOthers(network, x), theirs.AsSpan(3 * s, 3), $"PyTorch, sample {s}");
        }
    }

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetSingle())];
}
