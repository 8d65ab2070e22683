using FastNN.Onnx;
using FastNN.Onnx.Schema;
using FastNN.Tests.Onnx;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// ONNX Runtime runs what FastNN saves. FastNN loads what ONNX Runtime runs. The outputs of both are within their bounds of the same exact
/// values.
/// </summary>
public class OnnxRuntimeTests
{
    private const int Batch = 7;

    public static TheoryData<string> Activations { get; } = [.. OracleActivations.All.Select(activation => activation.Name)];

    /// <summary>All forms except those that mix floats with doubles. ONNX Runtime refuses these.</summary>
    public static TheoryData<string> Variants { get; } =
        [.. OnnxVariants.Names.Select(row => row.Data).Where(name => !name.Contains("double", StringComparison.OrdinalIgnoreCase))];

    [Theory]
    [MemberData(nameof(Activations))]
    public void ONNX_Runtime_runs_what_is_saved(string name)
    {
        Activation activation = OracleActivations.All.Single(activation => activation.Name == name);
        bool canBeHidden = activation.IsElementwise && activation != Activation.Exponential; // exponentials of exponentials overflow
        Activation hidden = canBeHidden ? activation : Activation.Tanh;
        foreach (int[] widths in (int[][])[[1, 1], [2, 4, 3, 2], [17, 33, 9, 5], [64, 128, 64, 10], [5, 1, 70, 3]])
        {
            var network = new Network(widths, hidden, activation, seed: 3, Initializer.Uniform(1f));
            using var stream = new MemoryStream();
            OnnxModel.Save(network, stream);
            foreach (int batch in (int[])[1, 2, 13]) Compare(network, stream.ToArray(), [batch, network.Inputs]);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void ONNX_Runtime_runs_standardizers(bool input, bool output)
    {
        foreach (int[] widths in (int[][])[[1, 1], [2, 4, 3, 2], [17, 33, 9, 5], [64, 128, 64, 10]])
        {
            var network = new Network(widths, Activation.Tanh, Activation.Identity, seed: 3, Initializer.Uniform(1f));
            if (input) network.InputStandardizer = Standardizer.Fit(Numbers(1, 50 * network.Inputs), network.Inputs);
            if (output) network.OutputStandardizer = Standardizer.Fit(Numbers(2, 50 * network.Outputs), network.Outputs);
            using var stream = new MemoryStream();
            OnnxModel.Save(network, stream);
            foreach (int batch in (int[])[1, 2, 13]) Compare(network, stream.ToArray(), [batch, network.Inputs]);
        }

        static float[] Numbers(int seed, int count)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).Select(_ => 100 * random.NextSingle() - 30)];
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void FastNN_loads_what_ONNX_Runtime_runs(string name)
    {
        OnnxBuilder builder = OnnxVariants.CreateBuilder(name).Model;
        byte[] model = builder.ToBytes();
        Network network = OnnxModel.Load(model);
        bool isOfColumns = builder.Graph.Node[0].Attribute.Any(attribute => attribute is { Name: "transA", I: 1 });
        long[] shape =
            isOfColumns ? [network.Inputs, Batch] : [.. ShapeOf(builder.Graph.Input.Single(input => input.Name == "x"), network)];
        Compare(network, model, shape, isOfColumns);
    }

    /// <summary>The shape of the input. If the number of samples is open, it is <see cref="Batch"/>.</summary>
    private static IEnumerable<long> ShapeOf(ValueInfoProto input, Network network)
    {
        TensorShapeProto? shape = input.Type.TensorType.Shape;
        return shape == null ? [Batch, network.Inputs] : shape.Dim.Select(dimension => dimension.HasDimValue ? dimension.DimValue : Batch);
    }

    /// <summary>The inputs are rows of samples of any shape, or columns [n_in, batch].</summary>
    private static void Compare(Network network, byte[] model, long[] shape, bool isOfColumns = false)
    {
        var random = new Random(1);
        float[] inputs = new float[shape.Aggregate(1L, (product, length) => product * length)];
        foreach (ref float value in inputs.AsSpan()) value = 4f * random.NextSingle() - 2f;
        float[] theirs = Run(model, inputs, shape);
        int batch = inputs.Length / network.Inputs;
        if (isOfColumns) inputs = OnnxBuilder.Transpose(inputs, network.Inputs, batch);
        float[] ours = new float[batch * network.Outputs];
        network.Forward(inputs, ours);
        Assert.Equal(ours.Length, theirs.Length);
        for (int s = 0; s < batch; s++)
        {
            ReadOnlySpan<float> x = inputs.AsSpan(s * network.Inputs, network.Inputs);
            var outputs = new Range(s * network.Outputs, (s + 1) * network.Outputs);
            Bounded.AssertAdmits(OracleNetwork.Outputs(network, x), ours.AsSpan(outputs), $"FastNN, sample {s}");
            Bounded.AssertAdmits(OracleNetwork.OutputsOfOthers(network, x), theirs.AsSpan(outputs), $"ONNX Runtime, sample {s}");
        }
    }

    private static float[] Run(byte[] model, float[] inputs, long[] shape)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model, options);
        using var run = new RunOptions();
        using OrtValue x = OrtValue.CreateTensorValueFromMemory(inputs, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["x"], [x], session.OutputNames);
        return outputs.Single().GetTensorDataAsSpan<float>().ToArray();
    }
}
