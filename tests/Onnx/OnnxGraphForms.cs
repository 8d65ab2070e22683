using FastNN.Onnx;
using FastNN.Onnx.Schema;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>
/// Forms of whole graphs. All have two layers, 3-4-2, with a ReLU between. What is before, between and behind differs, and the function in
/// double precision says what it means.
/// </summary>
public static partial class OnnxGraphForms
{
    private static readonly Network s_layers = new([3, 4, 2], Activation.Relu, Activation.Identity, seed: 7, Initializer.Uniform(1.5f));

    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, Func<Form>> All =>
        new[] { s_affine, s_shapes, s_constants, s_ends }.SelectMany(forms => forms).ToDictionary(form => form.Key, form => form.Value);

    internal static (OnnxBuilder Model, OnnxLoadOptions Options, Func<double[], double[]> Function) Create(string name)
    {
        Form form = All[name]();
        return (form.Model, form.Options ?? new OnnxLoadOptions(), form.Function);
    }

    private static float[] Mean => [0.5f, -1.25f, 2f];

    private static float[] Factor => [2f, 0.3f, 1.7f];

    private static float[] Four => [0.5f, -2f, 1.5f, 3f];

    private static Layer First => s_layers.Layers[0];

    private static Layer Second => s_layers.Layers[1];

    /// <summary>The network without anything around it.</summary>
    private static double[] Plain(double[] x) => Output(Hidden(x));

    private static double[] Hidden(double[] x) => [.. OnnxFormTests.Layer(First, x).Select(z => Math.Max(z, 0))];

    private static double[] Output(double[] a) => OnnxFormTests.Layer(Second, a);

    private static double[] Softmax(double[] z)
    {
        double[] powers = [.. z.Select(value => Math.Exp(value - z.Max()))];
        return [.. powers.Select(power => power / powers.Sum())];
    }

    private static double[] Standardized(double[] x) => [.. x.Select((value, j) => (value - Mean[j]) * Factor[j])];

    /// <summary>Nodes before the first layer.</summary>
    private static Func<Form> Before(Func<OnnxBuilder, OnnxBuilder> add, Func<double[], double[]> function, params object?[] dimensions) =>
        () => new(add(new OnnxBuilder(dimensions.Length > 0 ? dimensions : ["batch", 3])).Gemm(First).Op("Relu").Gemm(Second),
            x => Plain(function(x)));

    /// <summary>Nodes before the first layer, which is a MatMul.</summary>
    private static Func<Form> BeforeMatMul(Func<OnnxBuilder, OnnxBuilder> add, params object?[] dimensions) =>
        () => new(MatMul(MatMul(add(new OnnxBuilder(dimensions)), First).Op("Relu"), Second), Plain);

    /// <summary>Nodes between the first layer and its ReLU.</summary>
    private static Func<Form> BeforeRelu(Func<OnnxBuilder, OnnxBuilder> add, Func<double, int, double> function) =>
        () => new(add(new OnnxBuilder("batch", 3).Gemm(First)).Op("Relu").Gemm(Second),
            x => Output([.. OnnxFormTests.Layer(First, x).Select((z, j) => Math.Max(function(z, j), 0))]));

    /// <summary>Nodes between the ReLU and the second layer.</summary>
    private static Func<Form> BehindRelu(Func<OnnxBuilder, OnnxBuilder> add, Func<double, int, double> function) =>
        () => new(add(new OnnxBuilder("batch", 3).Gemm(First).Op("Relu")).Gemm(Second), x => Output([.. Hidden(x).Select(function)]));

    /// <summary>Nodes behind the second layer.</summary>
    private static Func<Form> Behind(Func<OnnxBuilder, OnnxBuilder> add, Func<double[], double[]> function) =>
        () => new(add(new OnnxBuilder("batch", 3).Gemm(First).Op("Relu").Gemm(Second)), x => function(Plain(x)));

    /// <summary>Weights of both layers that are computed.</summary>
    private static Func<Form> Weights(Func<OnnxBuilder, Layer, string> weights, Func<float, double>? become = null) => () =>
    {
        var model = new OnnxBuilder("batch", 3);
        string w = weights(model, First), v = weights(model, Second);
        model.Node("MatMul", "x", w).Op("Add", model.Raw(First.Biases, 4)).Op("Relu");
        model.Op("MatMul", v).Op("Add", model.Raw(Second.Biases, 2));
        return new(model, x => Of(Second, [.. Of(First, x).Select(z => Math.Max(z, 0))]));

        double[] Of(Layer layer, double[] x)
        {
            double[] sums = [.. layer.Biases.ToArray().Select(b => (double)b)];
            for (int k = 0; k < layer.Weights.Length; k++)
                sums[k % layer.Outputs] += x[k / layer.Outputs] * (become?.Invoke(layer.Weights[k]) ?? layer.Weights[k]);
            return sums;
        }
    };

    private static OnnxBuilder MatMul(OnnxBuilder m, Layer layer) =>
        m.Op("MatMul", m.Raw(layer.Weights, layer.Inputs, layer.Outputs)).Op("Add", m.Raw(layer.Biases, layer.Outputs));

    private static string Transposed(OnnxBuilder m, Layer layer) =>
        m.Raw(OnnxBuilder.Transpose(layer.Weights, layer.Inputs, layer.Outputs), layer.Outputs, layer.Inputs);

    private static OnnxBuilder Domain(OnnxBuilder model, string domain)
    {
        model.Graph.Node[^1].Domain = domain;
        if (model.Model.OpsetImport.All(opset => opset.Domain != domain))
            model.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        return model;
    }

    /// <summary>A model, what it computes, and how it is loaded.</summary>
    private sealed record Form(OnnxBuilder Model, Func<double[], double[]> Function, OnnxLoadOptions? Options = null);
}
