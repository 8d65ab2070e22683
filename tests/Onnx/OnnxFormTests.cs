using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>The forms in which exporters write networks give the values that they mean, in double precision.</summary>
public class OnnxFormTests
{
    private const double Tolerance = 2e-5;

    [Theory]
    [MemberData(nameof(OnnxActivationForms.Names), MemberType = typeof(OnnxActivationForms))]
    public void An_activation_has_its_values(string name)
    {
        Func<double, double> f = OnnxActivationForms.FunctionOf(name);
        foreach (bool isLast in (bool[])[false, true])
        {
            (OnnxBuilder model, Network layers) = OnnxActivationForms.Create(name, isLast);
            AssertOutputs(OnnxModel.Load(model.ToBytes()), x =>
            {
                double[] y = Layer(layers.Layers[1], [.. Layer(layers.Layers[0], x).Select(f)]);
                return isLast ? [.. y.Select(f)] : y;
            });
        }
    }

    [Theory]
    [MemberData(nameof(OnnxGraphForms.Names), MemberType = typeof(OnnxGraphForms))]
    public void A_graph_has_its_values(string name)
    {
        (OnnxBuilder model, OnnxLoadOptions options, Func<double[], double[]> function) = OnnxGraphForms.Create(name);
        AssertOutputs(OnnxModel.Load(model.ToBytes(), options), function);
    }

    /// <summary>The sums of a layer.</summary>
    internal static double[] Layer(Layer layer, double[] x)
    {
        double[] sums = new double[layer.Outputs];
        for (int j = 0; j < sums.Length; j++)
        {
            sums[j] = layer.Biases[j];
            for (int i = 0; i < layer.Inputs; i++) sums[j] += x[i] * layer.Weights[i * layer.Outputs + j];
        }

        return sums;
    }

    private static void AssertOutputs(Network network, Func<double[], double[]> function)
    {
        float[] inputs = Cases.Uniform(1, 20 * network.Inputs, -2f), outputs = new float[20 * network.Outputs];
        network.Forward(inputs, outputs);
        for (int s = 0; s < 20; s++)
        {
            double[] exact = function([.. inputs.AsSpan(s * network.Inputs, network.Inputs).ToArray().Select(x => (double)x)]);
            Assert.Equal(exact.Length, network.Outputs);
            for (int i = 0; i < exact.Length; i++)
                Assert.InRange(Math.Abs(outputs[s * exact.Length + i] - exact[i]), 0, Tolerance * Math.Max(1, Math.Abs(exact[i])));
        }
    }
}
