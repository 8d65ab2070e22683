using System.Globalization;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>
/// Small reductions of models that people have, each for a kind that exporters write. Beside each model are samples and the outputs of ONNX
/// Runtime and of double precision.
/// </summary>
public class OnnxExchangeTests
{
    private const double Tolerance = 2e-5;
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "data", "exchange");

    public static TheoryData<string> Models { get; } =
    [
        .. from folder in Directory.EnumerateDirectories(s_folder).Order()
           where File.Exists(Path.Combine(folder, "input.onnx")) && File.Exists(Path.Combine(folder, "expected.txt"))
           select Path.GetFileName(folder),
    ];

    [Fact]
    public void All_are_there() => Assert.Equal(26, Models.Count);

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_gives_the_outputs_that_it_gives_elsewhere(string name)
    {
        string folder = Path.Combine(s_folder, name);
        Network network = OnnxModel.Load(Path.Combine(folder, "input.onnx"));
        float[][][] blocks = Read(Path.Combine(folder, "expected.txt"));
        float[][] samples = blocks[0], exact = blocks[2];
        Assert.Equal(3, samples.Length);
        for (int s = 0; s < samples.Length; s++)
        {
            float[] outputs = new float[network.Outputs];
            network.Forward(samples[s], outputs);
            Assert.Equal(exact[s].Length, outputs.Length);
            for (int i = 0; i < outputs.Length; i++)
                Assert.InRange(Math.Abs(outputs[i] - exact[s][i]), 0, Tolerance * Math.Max(1, Math.Abs(exact[s][i])));
        }
    }

    [Fact]
    public void A_pointer_of_Git_LFS_is_called_so()
    {
        string path = Path.Combine(s_folder, "30-text-or-lfs-pointer-as-onnx", "input.onnx");
        Assert.Contains("Git LFS", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    /// <summary>The sum with a matrix of one value makes a matrix of a vector. The next matrix multiplies that, not a sample.</summary>
    [Fact]
    public void A_vector_that_becomes_a_matrix_is_refused()
    {
        string path = Path.Combine(s_folder, "31-wrong-value-vector-then-add-1xn", "input.onnx");
        string message = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message;
        Assert.Contains("(MatMul): the data, [1, 1], must be its first input", message, StringComparison.Ordinal);
    }

    /// <summary>The samples, the outputs of ONNX Runtime, and the outputs in double precision, under their headings.</summary>
    private static float[][][] Read(string path)
    {
        List<List<float[]>> blocks = [];
        foreach (string line in File.ReadLines(path))
        {
            if (line.EndsWith(':')) blocks.Add([]);
            else if (blocks.Count > 0 && !line.StartsWith("agree", StringComparison.Ordinal))
                blocks[^1].Add([.. line.Split(' ').Select(number => float.Parse(number, CultureInfo.InvariantCulture))]);
        }

        return [.. blocks.Select(block => block.ToArray())];
    }
}
