using System.Globalization;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>Small files as people have them. PyTorch computed the expected outputs of those that it wrote.</summary>
public class ExchangeTests
{
    private const double Tolerance = 2e-5;
    private static readonly LoadOptions s_given = NetworkFileTests.Given;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_BatchNorm_is_folded(bool listed)
    {
        const string name = "27-safetensors-batchnorm";
        LoadOptions options = s_given with { Layers = LayersIf(listed), Norms = [new BatchNorm("1") { After = "0" }] };
        Network network = Network.Load(PathOf(name, "input.safetensors"), options);
        (float[][] samples, double[][] outputs) = Expected(name);
        Assert.Equal(3, outputs.Length);
        for (int s = 0; s < samples.Length; s++) AssertClose(outputs[s], network, samples[s]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_BatchNorm_without_a_place_is_refused(bool listed) => Assert.EndsWith(
        "input.safetensors: The tensor \"1.running_mean\" [4] and the tensor \"1.running_var\" [4] are of a BatchNorm. "
        + "LoadOptions.Norms must say where it stands, so that it is folded into a layer: "
        + "[new BatchNorm(\"1\") { After = \"0\" }] if it takes the sums of that layer, "
        + "or { Before = \"3\" } if it takes the inputs of that layer.",
        Refused("27-safetensors-batchnorm", listed));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_LayerNorm_is_refused(bool listed) => Assert.EndsWith(
        "input.safetensors: The tensor \"1.weight\" [4] and the tensor \"1.bias\" [4] look like a LayerNorm or a GroupNorm, "
        + "which no layer of FastNN can hold. A BatchNorm needs its \".running_mean\" and \".running_var\" beside them.",
        Refused("28-safetensors-layernorm", listed));

    /// <summary>The expected outputs are those of the numbers in the file, in double precision.</summary>
    [Fact]
    public void Kernels_are_read()
    {
        const string name = "29-safetensors-kernel-names";
        string path = PathOf(name, "input.safetensors");
        float[] p = new float[26];
        Buffer.BlockCopy(TensorFile.DataOf(File.ReadAllBytes(path)), 0, p, 0, 26 * sizeof(float));
        foreach (string[]? layers in (string[]?[])[null, ["Dense_0", "Dense_1"]])
        {
            Network network = Network.Load(path, s_given with { Layers = layers });
            foreach (float[] sample in Expected(name).Samples)
            {
                double[] hidden = [.. Enumerable.Range(0, 4).Select(i =>
                    Math.Max(0, p[12 + i] + Enumerable.Range(0, 3).Sum(j => (double)p[j * 4 + i] * sample[j])))];
                double[] expected = [.. Enumerable.Range(0, 2).Select(i =>
                    p[24 + i] + Enumerable.Range(0, 4).Sum(j => p[16 + j * 2 + i] * hidden[j]))];
                AssertClose(expected, network, sample);
            }
        }
    }

    private static void AssertClose(double[] expected, Network network, float[] sample)
    {
        float[] outputs = new float[expected.Length];
        network.Forward(sample, outputs);
        for (int i = 0; i < outputs.Length; i++) Assert.InRange(outputs[i], expected[i] - Tolerance, expected[i] + Tolerance);
    }

    private static string[]? LayersIf(bool listed) => listed ? ["0", "3"] : null;

    private static string Refused(string name, bool listed) => Assert.Throws<ModelFormatException>(
        () => Network.Load(PathOf(name, "input.safetensors"), s_given with { Layers = LayersIf(listed) })).Message;

    private static (float[][] Samples, double[][] Outputs) Expected(string name)
    {
        string[] lines = File.ReadAllLines(PathOf(name, "expected.txt"));
        int outputs = Array.FindIndex(lines, line => line.StartsWith("outputs", StringComparison.Ordinal));
        string[] inputs = lines[1..(outputs < 0 ? lines.Length : outputs)];
        float[][] samples = [.. inputs.Select(line => Array.ConvertAll(Numbers(line), x => (float)x))];
        return (samples, outputs < 0 ? [] : [.. lines[(outputs + 1)..].Select(Numbers)]);
    }

    private static double[] Numbers(string line) =>
        Array.ConvertAll(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), text => double.Parse(text, CultureInfo.InvariantCulture));

    private static string PathOf(string name, string file) => Path.Combine(AppContext.BaseDirectory, "data", "exchange", name, file);
}
