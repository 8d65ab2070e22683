using FastNN.Onnx.Schema;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>The forms in which others write a network. Each has a name, a model, and the network that the model is.</summary>
public static class OnnxVariants
{
    private const float RootOfTwo = 1.41421354f, RootOfHalf = 0.707106769f;

    private static readonly Dictionary<string, Func<(OnnxBuilder Model, Network Network)>> s_all = new()
    {
        ["Gemm"] = () => Two((m, l) => m.Op("Gemm", Weights(m, l), Biases(m, l)).With("transB", 0)),
        ["Gemm, transB"] = () => Two((m, l) => m.Op("Gemm", m.Raw(Transposed(l), l.Outputs, l.Inputs), Biases(m, l)).With("transB", 1)),
        ["Gemm, float_data"] = () => Two((m, l) => m.Op("Gemm", m.List(l.Weights, l.Inputs, l.Outputs), m.List(l.Biases, 1, l.Outputs))),
        ["Gemm, DOUBLE"] = () =>
            Two((m, l) => m.Op("Gemm", DoubleRaw(m, l.Weights, l.Inputs, l.Outputs), DoubleRaw(m, l.Biases, l.Outputs))),
        ["Gemm, double_data"] = () =>
            Two((m, l) => m.Op("Gemm", DoubleList(m, l.Weights, l.Inputs, l.Outputs), DoubleList(m, l.Biases, l.Outputs))),
        ["Gemm, alpha and beta"] = () => Two(
            (m, l) => m.Op("Gemm", m.Raw(Times(l.Weights, 4f), l.Inputs, l.Outputs), m.Raw(Times(l.Biases, -2f), 1, l.Outputs))
                .With("alpha", 0.25f).With("beta", -0.5f)),
        ["Gemm, alpha that rounds"] = () => Two(
            (m, l) => m.Op("Gemm", Weights(m, l), Biases(m, l)).With("alpha", 0.3f).With("beta", 0.7f),
            l => (Times(l.Weights, 0.3f), Times(l.Biases, 0.7f))),
        ["Gemm, beta 0"] = () => Two(
            (m, l) => m.Op("Gemm", Weights(m, l), Biases(m, l)).With("beta", 0f), WithoutBiases),
        ["Gemm, no C"] = () => Two((m, l) => m.Op("Gemm", Weights(m, l)), WithoutBiases),
        ["Gemm, C without a name"] = () => Two((m, l) => m.Op("Gemm", Weights(m, l), ""), WithoutBiases),
        ["Gemm, C of [1]"] = () => Two((m, l) => m.Op("Gemm", Weights(m, l), m.Raw([0.3f], 1)), WithBias),
        ["Gemm, C of []"] = () => Two((m, l) => m.Op("Gemm", Weights(m, l), m.Raw([0.3f])), WithBias),
        ["Gemm, C of [1, 1]"] = () => Two((m, l) => m.Op("Gemm", Weights(m, l), m.Raw([0.3f], 1, 1)), WithBias),
        ["Gemm, transA on columns"] = () => Columns(3, "batch"),
        ["Gemm, transA on columns of unknown shape"] = () => Columns(),
        ["Gemm and Add"] = () => Two(
            (m, l) => m.Gemm(l).Op("Add", m.Raw(Times(l.Biases, 0.3f), l.Outputs)),
            l => (l.Weights.ToArray(), [.. l.Biases.ToArray().Zip(Times(l.Biases, 0.3f), (b, c) => b + c)])),
        ["MatMul and Add"] = () => Two((m, l) => m.Op("MatMul", Weights(m, l)).Op("Add", Biases(m, l))),
        ["MatMul and Add, biases first"] = () => Two((m, l) => m.Op("MatMul", Weights(m, l)).OpLast("Add", m.Raw(l.Biases, 1, l.Outputs))),
        ["MatMul"] = () => Two((m, l) => m.Op("MatMul", Weights(m, l)), WithoutBiases),
        ["MatMul and Add on one sample"] = () => Two((m, l) => m.Op("MatMul", Weights(m, l)).Op("Add", Biases(m, l)), dimensions: [3]),
        ["MatMul on one sample, weights first"] = () => Two(
            (m, l) => m.OpLast("MatMul", m.Raw(Transposed(l), l.Outputs, l.Inputs)).Op("Add", Biases(m, l)), dimensions: [3]),
        ["Transpose and MatMul"] = () => Two((m, l) => Transpose(m, l, [1, 0]).Op("Add", Biases(m, l))),
        ["Transpose without perm, and MatMul"] = () => Two((m, l) => Transpose(m, l, null).Op("Add", Biases(m, l))),
        ["Transpose and Gemm with transB"] = () => Two((m, l) =>
        {
            string x = m.Value, w = m.Node("Transpose", Weights(m, l)).Value;
            return m.Node("Gemm", x, w, Biases(m, l)).With("transB", 1);
        }),
        ["Constant nodes"] = () => Two((m, l) =>
        {
            string x = m.Value, w = Constant(m, Weights(m, l)), b = Constant(m, m.List(l.Biases, l.Outputs));
            return m.Node("Gemm", x, m.Node("Identity", w).Value, b);
        }),
        ["Constants are inputs too"] = () =>
        {
            (OnnxBuilder model, Network network) = Two((m, l) => m.Gemm(l));
            foreach (TensorProto tensor in model.Graph.Initializer) model.Graph.Input.Insert(0, OnnxBuilder.Describe(tensor.Name));
            return (model, network);
        },
        ["Nodes in another order"] = () =>
        {
            (OnnxBuilder model, Network network) = Two((m, l) => m.Gemm(l).Op("Tanh"), last: Activation.Tanh, first: Activation.Tanh);
            NodeProto[] nodes = [.. model.Graph.Node.Reverse()];
            model.Graph.Node.Clear();
            model.Graph.Node.AddRange(nodes);
            return (model, network);
        },
        ["Identity, Dropout and Cast"] = () => Two(
            (m, l) => m.Op("Identity").Gemm(l).Op("Dropout").Op("Cast").With("to", 1).Op("Dropout").With("seed", 1)),
        ["Dropout of an old opset"] = () => Two((m, l) => m.Gemm(l).Op("Dropout").With("ratio", 0.5f).Opset(10)),
        ["Dropout with all it may have"] = () => Two((m, l) =>
        {
            m.Gemm(l).Op("Dropout", m.Raw([0.5f]), m.Typed<byte>(9, [0]));
            m.Graph.Node[^1].Output.Add($"mask{l.Inputs}");
            return m;
        }),
        ["Flatten"] = () => Two((m, l) => m.Op("Flatten").Gemm(l), dimensions: ["batch", 1, 3, 1]),
        ["Flatten by a negative axis"] = () =>
            Two((m, l) => m.Op("Flatten").With("axis", l.Inputs == 3 ? -2 : -1).Gemm(l), dimensions: ["batch", 3, 1]),
        ["Constants in DOUBLE"] = () => Ends(Activation.Gelu, m =>
        {
            string z = m.Value,
                sum = m.Op("Div", m.Typed<double>(11, [Math.Sqrt(2)])).Op("Erf").Op("Add", m.Typed<double>(11, [1.0])).Value;
            return m.Node("Mul", z, sum).Op("Mul", m.Typed<double>(11, [0.5]));
        }),
        ["Flatten of an unknown shape"] = () => Two((m, l) => m.Op("Flatten").With("axis", 1).Gemm(l)),
        ["Reshape to [-1, n]"] = () => Two((m, l) => m.Op("Reshape", m.Integers(-1, l.Inputs)).Gemm(l), dimensions: [null, 3, 1]),
        ["Reshape to [0, -1]"] = () =>
            Two((m, l) => m.Op("Reshape", m.Integers(0, -1)).With("allowzero", 0).Gemm(l), dimensions: ["batch", 1, 3]),
        ["Reshape to [0, n]"] = () => Two((m, l) => m.Op("Reshape", m.Integers(0, l.Inputs)).Gemm(l)),
        ["Reshape to the batch of the input"] = () => Two((m, l) => m.Op("Reshape", m.Integers(7, -1)).Gemm(l), dimensions: [7, 3]),
        ["Reshape of one sample"] = () => Two((m, l) => m.Op("Reshape", m.Integers(1, -1)).Gemm(l), dimensions: [3]),
        ["Reshape by int64_data"] = () => Two((m, l) =>
        {
            m.Graph.Initializer.Add(
                new TensorProto { Name = $"shape{l.Inputs}", DataType = 7, Dims = { 2 }, Int64Data = { -1, l.Inputs } });
            return m.Op("Reshape", $"shape{l.Inputs}").Gemm(l);
        }),
        ["A fixed batch"] = () => Two((m, l) => m.Gemm(l), dimensions: [1, 3]),
        ["No shape"] = () => Two((m, l) => m.Gemm(l)),
        ["Shapes of input and output"] = () =>
        {
            (OnnxBuilder model, Network network) = Two((m, l) => m.Gemm(l), dimensions: ["n", 3]);
            return (model.Output("n", 2), network);
        },
        ["The domain by its name"] = () =>
        {
            (OnnxBuilder model, Network network) = Two((m, l) => m.Gemm(l));
            foreach (NodeProto node in model.Graph.Node) node.Domain = "ai.onnx";
            model.Model.OpsetImport[0].Domain = "ai.onnx";
            return (model, network);
        },
        ["Sigmoid"] = () => Ends(Activation.Sigmoid, m => m.Op("Sigmoid")),
        ["Tanh"] = () => Ends(Activation.Tanh, m => m.Op("Tanh")),
        ["Relu"] = () => Ends(Activation.Relu, m => m.Op("Relu")),
        ["Softplus"] = () => Ends(Activation.Softplus, m => m.Op("Softplus")),
        ["LeakyRelu"] = () => Ends(Activation.LeakyRelu, m => m.Op("LeakyRelu").With("alpha", 0.01f)),
        ["LeakyRelu by default"] = () => Ends(Activation.LeakyRelu, m => m.Op("LeakyRelu")),
        ["LeakyRelu, another slope"] =
            () => Ends(Activation.LeakyReluWithSlope(0.2f), m => m.Op("LeakyRelu").With("alpha", 0.2f)),
        ["Elu"] = () => Ends(Activation.Elu, m => m.Op("Elu")),
        ["Elu, another alpha"] = () => Ends(Activation.EluWithAlpha(0.7f), m => m.Op("Elu").With("alpha", 0.7f)),
        ["Selu"] = () => Ends(Activation.Selu, m => m.Op("Selu")),
        ["Selu, its constants"] = () => Ends(Activation.Selu, m => m.Op("Selu").With("alpha", 1.67326319f).With("gamma", 1.05070102f)),
        ["Clip"] = () => Ends(Activation.Clip(-1f, 1f), m => m.Op("Clip", m.Raw([-1f]), m.Raw([1f]))),
        ["Clip from below"] = () => Ends(Activation.Clip(-1f, float.PositiveInfinity), m => m.Op("Clip", m.Raw([-1f]))),
        ["HardSigmoid by default"] = () => Ends(Activation.HardSigmoidWith(0.2f, 0.5f), m => m.Op("HardSigmoid")),
        ["HardSigmoid as PyTorch writes it"] = () => Ends(Activation.HardSigmoid, m => m.Op("HardSigmoid").With("alpha", 1f / 6)),
        ["HardSwish"] = () => Ends(Activation.HardSwish, m => m.Op("HardSwish")),
        ["Exp"] = () => Ends(Activation.Exponential, m => m.Op("Exp")),
        ["Mish"] = () => Ends(Activation.Mish, m => m.Op("Mish").Opset(18)),
        ["Softsign"] = () => Ends(Activation.Softsign, m => m.Op("Softsign")),
        ["Gelu, tanh"] = () => Ends(Activation.GeluTanh, m => m.Op("Gelu").With("approximate", "tanh").Opset(20)),
        ["Softmax"] = () => Ends(Activation.Softmax, m => m.Op("Softmax").With("axis", -1)),
        ["Softmax over axis 1"] = () => Ends(Activation.Softmax, m => m.Op("Softmax").With("axis", 1)),
        ["Softmax over axis 0 of one sample"] = () => Two(
            (m, l) =>
            {
                m.Op("MatMul", Weights(m, l)).Op("Add", Biases(m, l));
                return l.Outputs == 2 ? m.Op("Softmax").With("axis", 0) : m;
            },
            dimensions: [3],
            last: Activation.Softmax),
        ["Softmax by default"] = () => Ends(Activation.Softmax, m => m.Op("Softmax")),
        ["Gelu"] = () => Ends(Activation.Gelu, m => m.Op("Gelu").Opset(20)),
        ["Gelu, none"] = () => Ends(Activation.Gelu, m => m.Op("Gelu").With("approximate", "none").Opset(20)),
        ["Swish"] = () => Ends(Activation.Silu, m => m.Op("Swish").With("alpha", 1f).Opset(24)),
        ["SiLU"] = () => Ends(Activation.Silu, m => m.Node("Mul", m.Value, m.Op("Sigmoid").Value)),
        ["SiLU, the other way"] = () => Ends(Activation.Silu, m =>
        {
            string z = m.Value;
            return m.Node("Mul", m.Op("Sigmoid").Value, z);
        }),
        ["GELU as PyTorch writes it"] = () => Ends(Activation.Gelu, m =>
        {
            string z = m.Value, sum = m.Op("Div", m.Raw([RootOfTwo])).Op("Erf").Op("Add", m.Raw([1f])).Value;
            return m.Node("Mul", z, sum).Op("Mul", m.Raw([0.5f]));
        }),
        ["GELU, its constants not quite rounded"] = () => Ends(Activation.Gelu, m =>
        {
            string z = m.Value, sum = m.Op("Div", m.Raw([1.41421318f])).Op("Erf").Op("Add", m.Raw([1.00000024f])).Value;
            return m.Node("Mul", z, sum).Op("Mul", m.Raw([0.5000001f]));
        }),
        ["GELU, half first"] = () => Ends(Activation.Gelu, m =>
        {
            string z = m.Value, half = m.OpLast("Mul", m.Raw([0.5f], 1)).Value;
            string sum = m.Node("Mul", z, m.Raw([RootOfHalf])).Op("Erf").OpLast("Add", m.Raw([1f])).Value;
            return m.Node("Mul", sum, half);
        }),
        ["GELU, half of the sum"] = () => Ends(Activation.Gelu, m =>
        {
            string z = m.Value,
                sum = m.OpLast("Mul", m.List([RootOfHalf], 1, 1)).Op("Erf").Op("Add", m.Raw([1f])).OpLast("Mul", m.Raw([0.5f])).Value;
            return m.Node("Mul", z, sum);
        }),
        ["GELU, divided by two, its constants of nodes"] = () => Ends(Activation.Gelu, m =>
        {
            string z = m.Value, root = Constant(m, m.Raw([RootOfTwo])), one = Constant(m, m.Raw([1f])), two = Constant(m, m.Raw([2f]));
            string half = m.Node("Div", z, two).Value;
            return m.Node("Div", z, root).Op("Erf").OpLast("Add", one).OpLast("Mul", half);
        }),
        ["GELU, all products last"] = () => Ends(Activation.Gelu, m =>
        {
            string z = m.Value, sum = m.Op("Mul", m.Raw([RootOfHalf])).Op("Erf").Op("Mul", m.Raw([0.25f])).Op("Add", m.Raw([0.25f])).Value;
            return m.Node("Mul", z, sum).Op("Mul", m.Raw([2f]));
        }),
    };

    public static TheoryData<string> Names { get; } = [.. s_all.Keys];

    internal static (byte[] Model, Network Network) Create(string name)
    {
        (OnnxBuilder model, Network network) = CreateBuilder(name);
        return (model.ToBytes(), network);
    }

    internal static (OnnxBuilder Model, Network Network) CreateBuilder(string name) => s_all[name]();

    /// <summary>
    /// A network of 3-4-2. Each layer is one node or several. If the nodes change the parameters that they are made from, the others are
    /// given.
    /// </summary>
    private static (OnnxBuilder Model, Network Network) Two(
        Func<OnnxBuilder, Layer, OnnxBuilder> add,
        Func<Layer, (float[] Weights, float[] Biases)>? become = null,
        object?[]? dimensions = null,
        Activation? first = null,
        Activation? last = null)
    {
        var network = new Network([3, 4, 2], [first ?? Activation.Identity, last ?? Activation.Identity], seed: 3, Initializer.PyTorch);
        var model = new OnnxBuilder(dimensions ?? []);
        foreach (Layer layer in network.Layers) add(model, layer);
        foreach (Layer layer in network.Layers)
        {
            if (become == null) break;
            (float[] weights, float[] biases) = become(layer);
            weights.CopyTo(layer.Weights);
            biases.CopyTo(layer.Biases);
        }

        return (model, network);
    }

    /// <summary>A network of 3-4-2 that ends with an activation. If the activation may be in a hidden layer, both layers have it.</summary>
    private static (OnnxBuilder Model, Network Network) Ends(Activation activation, Func<OnnxBuilder, OnnxBuilder> add) => Two(
        (model, layer) =>
        {
            model.Gemm(layer);
            if (layer.Outputs == 2 || activation.IsElementwise) add(model);
            return model;
        },
        dimensions: ["batch", 3],
        first: activation.IsElementwise ? activation : Activation.Identity,
        last: activation);

    private static (OnnxBuilder Model, Network Network) Columns(params object?[] dimensions) =>
        Two((m, l) => l.Inputs == 3 ? m.Gemm(l).With("transA", 1) : m.Gemm(l), dimensions: dimensions);

    private static OnnxBuilder Transpose(OnnxBuilder model, Layer layer, long[]? perm)
    {
        string x = model.Value, w = model.Node("Transpose", model.Raw(Transposed(layer), layer.Outputs, layer.Inputs)).Value;
        if (perm != null) model.With("perm", perm);
        return model.Node("MatMul", x, w);
    }

    /// <summary>Turns an initializer into a node.</summary>
    private static string Constant(OnnxBuilder model, string name)
    {
        TensorProto tensor = model.Graph.Initializer.Single(tensor => tensor.Name == name);
        model.Graph.Initializer.Remove(tensor);
        return model.Node("Constant").With("value", tensor).Value;
    }

    private static string DoubleList(OnnxBuilder model, ReadOnlySpan<float> values, params long[] shape)
    {
        var tensor = new TensorProto
        {
            Name = $"d{model.Graph.Initializer.Count}",
            DataType = 11,
            DoubleData = { Doubles(values) },
            Dims = { shape },
        };
        model.Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static string DoubleRaw(OnnxBuilder model, ReadOnlySpan<float> values, params long[] shape) =>
        model.Typed<double>(11, Doubles(values), shape);

    private static string Weights(OnnxBuilder model, Layer layer) => model.Raw(layer.Weights, layer.Inputs, layer.Outputs);

    private static string Biases(OnnxBuilder model, Layer layer) => model.Raw(layer.Biases, layer.Outputs);

    private static (float[] Weights, float[] Biases) WithoutBiases(Layer layer) => (layer.Weights.ToArray(), new float[layer.Outputs]);

    private static (float[] Weights, float[] Biases) WithBias(Layer layer) =>
        (layer.Weights.ToArray(), [.. Enumerable.Repeat(0.3f, layer.Outputs)]);

    private static float[] Transposed(Layer layer) => OnnxBuilder.Transpose(layer.Weights, layer.Inputs, layer.Outputs);

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);

    private static float[] Times(ReadOnlySpan<float> values, float factor) => Array.ConvertAll(values.ToArray(), value => factor * value);
}
