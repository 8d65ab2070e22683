using FastNN.Onnx.Schema;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>
/// Forms in which exporters and optimizers write activations. Each has a name, its nodes, and the function in double precision.
/// </summary>
public static class OnnxActivationForms
{
    private const float RootOf2 = 1.41421354f, RootOf2ByPi = 0.797884583f, Cubic = 0.044715f;

    private static readonly Dictionary<string, (Func<OnnxBuilder, OnnxBuilder> Add, Func<double, double> F)> s_all = new()
    {
        ["Abs"] = (m => m.Op("Abs"), Math.Abs),
        ["Celu"] = (m => m.Op("Celu").With("alpha", 0.7f), z => z > 0 ? z : 0.7f * (Math.Exp(z / 0.7f) - 1)),
        ["Clip, attributes"] = (m => m.Op("Clip").With("min", -0.5f).With("max", 0.25f).Opset(9), z => Math.Clamp(z, -0.5, 0.25)),
        ["Clip, Min and Max"] = (m => m.Op("Min", m.Raw([0.25f])).OpLast("Max", m.Raw([-0.5f], 1)), z => Math.Clamp(z, -0.5, 0.25)),
        ["Clip of Clip"] = (m => m.Op("Clip", m.Raw([-1f]), m.Raw([0.5f])).Op("Clip", m.Raw([-0.25f])), z => Math.Clamp(z, -0.25, 0.5)),
        ["Clip behind Tanh"] = (m => m.Op("Tanh").Op("Clip", m.Raw([-0.25f]), m.Raw([0.5f])), z => Math.Clamp(Math.Tanh(z), -0.25, 0.5)),
        ["Elu, another alpha"] = (m => m.Op("Elu").With("alpha", 1.5f), z => z > 0 ? z : 1.5 * (Math.Exp(z) - 1)),
        ["FastGelu"] = (m => Microsoft(m.Op("FastGelu")), GeluTanh),
        ["FastGelu with biases"] = (m => Microsoft(m.Op("FastGelu", m.Raw([0.5f], 1))), z => GeluTanh(z + 0.5)),
        ["Gelu of ONNX Runtime"] = (m => Microsoft(m.Op("Gelu")), Gelu),
        ["GELU, the product multiplied out"] = (m =>
        {
            string z = m.Value, half = m.Op("Mul", m.Raw([0.5f])).Value, erf = m.Node("Div", z, m.Raw([RootOf2])).Op("Erf").Value;
            return m.Node("Mul", half, erf).Op("Add", half);
        }, Gelu),
        ["GELU, another root"] = (m =>
        {
            string z = m.Value, sum = m.Op("Mul", m.Raw([0.5f])).Op("Erf").Op("Add", m.Raw([1f])).Value;
            return m.Node("Mul", sum, z);
        }, z => 2 * Gelu(z * Math.Sqrt(0.5)) / Math.Sqrt(0.5)),
        ["GELU, root by Sqrt"] = (m =>
        {
            string z = m.Value, root = m.Node("Sqrt", m.Raw([2f])).Value;
            string sum = m.Node("Div", z, root).Op("Erf").Op("Add", m.Raw([1f])).Value;
            return m.Node("Mul", z, sum).Op("Mul", m.Raw([0.5f]));
        }, Gelu),
        ["GELU by Tanh, z·z·z"] = (m =>
        {
            string z = m.Value, cube = m.Node("Mul", z, m.Node("Mul", z, z).Value).OpLast("Mul", m.Raw([Cubic])).Value;
            return TanhOf(m, z, m.Node("Add", z, cube).OpLast("Mul", m.Raw([RootOf2ByPi])).Value);
        }, GeluTanh),
        ["GELU by Tanh, Pow"] = (m =>
        {
            string z = m.Value, cube = m.Op("Pow", m.Raw([3f])).Op("Mul", m.Raw([Cubic])).Value;
            return TanhOf(m, z, m.Node("Add", cube, z).Op("Mul", m.Raw([RootOf2ByPi])).Value);
        }, GeluTanh),
        ["GELU by Tanh, z·(1 + c·z²)"] = (m =>
        {
            string z = m.Value, square = m.Node("Mul", z, z).Op("Mul", m.Raw([Cubic])).Op("Add", m.Raw([1f])).Value;
            return TanhOf(m, z, m.Node("Mul", m.Node("Mul", z, m.Raw([RootOf2ByPi])).Value, square).Value);
        }, GeluTanh),
        ["GELU by Tanh, half first"] = (m =>
        {
            string z = m.Value, cube = m.Op("Pow", m.Raw([3f])).Op("Mul", m.Raw([Cubic])).Value;
            string tanh = m.Node("Add", z, cube).Op("Mul", m.Raw([RootOf2ByPi])).Op("Tanh").Op("Add", m.Raw([1f])).Value;
            return m.Node("Mul", m.Node("Mul", z, m.Raw([0.5f])).Value, tanh);
        }, GeluTanh),
        ["HardSwish, Clip"] = (m =>
        {
            string z = m.Value, clip = m.Op("Add", m.Raw([3f])).Op("Clip", m.Raw([0f]), m.Raw([6f])).Value;
            return m.Node("Mul", z, clip).Op("Div", m.Raw([6f]));
        }, HardSwish),
        ["HardSwish, Relu and Min"] = (m =>
        {
            string z = m.Value, clip = m.OpLast("Add", m.Raw([3f])).Op("Relu").Op("Min", m.Raw([6f])).Op("Mul", m.Raw([1f / 6])).Value;
            return m.Node("Mul", clip, z);
        }, HardSwish),
        ["HardSwish, HardSigmoid"] = (m =>
        {
            string z = m.Value;
            return m.Node("Mul", z, m.Op("HardSigmoid").With("alpha", 1f / 6).Value);
        }, HardSwish),
        ["HardSwish, another slope"] = (m =>
        {
            string z = m.Value;
            return m.Node("Mul", z, m.Op("HardSigmoid").With("alpha", 0.2f).Value);
        }, z => z * Math.Clamp(0.2f * z + 0.5, 0, 1)),
        ["HardSwish of a ReLU"] = (m =>
        {
            string z = m.Op("Relu").Value, clip = m.Op("Add", m.Raw([3f])).Op("Clip", m.Raw([0f]), m.Raw([6f])).Value;
            return m.Node("Div", m.Node("Mul", clip, z).Value, m.Raw([6f]));
        }, z => HardSwish(Math.Max(z, 0))),
        ["Hard sigmoid of parts"] = (m => m.Op("Mul", m.Raw([0.2f])).Op("Add", m.Raw([0.5f])).Op("Clip", m.Raw([0f]), m.Raw([1f])),
            z => Math.Clamp(0.2f * z + 0.5, 0, 1)),
        ["LeakyRelu, Max"] = (m =>
        {
            string z = m.Value;
            return m.Node("Max", z, m.Op("Mul", m.Raw([0.2f])).Value);
        }, z => Leaky(z, 0.2f)),
        ["LeakyRelu, Max with a slope above 1"] = (m =>
        {
            string z = m.Value;
            return m.Node("Max", m.Op("Mul", m.Raw([4f])).Value, z);
        }, z => Math.Max(4 * z, z)),
        ["LeakyRelu, Min"] = (m =>
        {
            string z = m.Value;
            return m.Node("Min", z, m.Op("Mul", m.Raw([0.25f])).Value);
        }, z => Math.Min(z, 0.25 * z)),
        ["LeakyRelu, PRelu"] = (m => m.Op("PRelu", m.Raw([0.3f])), z => Leaky(z, 0.3f)),
        ["LeakyRelu, PRelu of equal slopes"] = (m => m.Op("PRelu", m.Raw([0.3f], 1)), z => Leaky(z, 0.3f)),
        ["LeakyRelu, two ReLUs"] = (m =>
        {
            string z = m.Value, right = m.Op("Relu").Value, left = m.Node("Neg", z).Op("Relu").OpLast("Mul", m.Raw([-0.3f])).Value;
            return m.Node("Add", right, left);
        }, z => Leaky(z, 0.3f)),
        ["Mish, Tanh and Softplus"] = (m =>
        {
            string z = m.Value;
            return m.Node("Mul", z, m.Op("Softplus").Op("Tanh").Value);
        }, Mish),
        ["Mish, Tanh and Log"] = (m =>
        {
            string z = m.Value;
            return m.Node("Mul", m.Op("Exp").OpLast("Add", m.Raw([1f])).Op("Log").Op("Tanh").Value, z);
        }, Mish),
        ["QuickGelu"] = (m => Microsoft(m.Op("QuickGelu")), z => Silu(1.702f * z) / 1.702f),
        ["QuickGelu of parts"] = (m =>
        {
            string z = m.Value;
            return m.Node("Mul", z, m.Op("Mul", m.Raw([1.702f])).Op("Sigmoid").Value);
        }, z => Silu(1.702f * z) / 1.702f),
        ["ReLU, Max"] = (m => m.Op("Max", m.Raw([0f])), z => Math.Max(z, 0)),
        ["ReLU, ThresholdedRelu"] = (m => m.Op("ThresholdedRelu").With("alpha", 0f), z => Math.Max(z, 0)),
        ["ReLU6, Relu and Min"] = (m => m.Op("Relu").Op("Min", m.Raw([6f])), z => Math.Clamp(z, 0, 6)),
        ["Selu, other constants"] = (
            m => m.Op("Selu").With("alpha", 1.5f).With("gamma", 1.25f), z => 1.25 * (z > 0 ? z : 1.5 * (Math.Exp(z) - 1))),
        ["Sigmoid, 1/(1 + exp(−z))"] = (m => m.Op("Neg").Op("Exp").Op("Add", m.Raw([1f])).OpLast("Div", m.Raw([1f])), Sigmoid),
        ["Sigmoid, Reciprocal"] = (m => m.Op("Mul", m.Raw([-1f])).Op("Exp").OpLast("Add", m.Raw([1f])).Op("Reciprocal"), Sigmoid),
        ["Sigmoid, exp(z)/(1 + exp(z))"] = (m =>
        {
            string exp = m.Op("Exp").Value;
            return m.Node("Div", exp, m.Op("Add", m.Raw([1f])).Value);
        }, Sigmoid),
        ["Sigmoid by Tanh"] = (m => m.Op("Mul", m.Raw([0.5f])).Op("Tanh").Op("Mul", m.Raw([0.5f])).Op("Add", m.Raw([0.5f])), Sigmoid),
        ["SiLU, z/(1 + exp(−z))"] = (m =>
        {
            string z = m.Value;
            return m.Node("Div", z, m.Op("Neg").Op("Exp").Op("Add", m.Raw([1f])).Value);
        }, Silu),
        ["Softplus, Log"] = (m => m.Op("Exp").Op("Add", m.Raw([1f])).Op("Log"), Softplus),
        ["Softplus, another beta"] = (m => m.Op("Mul", m.Raw([2f])).Op("Softplus").Op("Div", m.Raw([2f])), z => Softplus(2 * z) / 2),
        ["Softsign, parts"] = (m =>
        {
            string z = m.Value;
            return m.Node("Div", z, m.Op("Abs").Op("Add", m.Raw([1f])).Value);
        }, z => z / (1 + Math.Abs(z))),
        ["Softsign, another scale"] = (m =>
        {
            string z = m.Value;
            return m.Node("Div", z, m.Op("Abs").OpLast("Add", m.Raw([2f])).Value);
        }, z => z / (2 + Math.Abs(z))),
        ["Swish, alpha"] = (m => m.Op("Swish").With("alpha", 2f).Opset(24), z => Silu(2 * z) / 2),
        ["Tanh by Sigmoid"] = (m => m.Op("Mul", m.Raw([2f])).Op("Sigmoid").Op("Mul", m.Raw([2f])).Op("Sub", m.Raw([1f])), Math.Tanh),
        ["Tanh, scaled twice"] = (m => m.Op("Div", m.Raw([2f])).Op("Tanh").Op("Mul", m.Raw([3f])), z => 3 * Math.Tanh(z / 2)),
        ["Two activations"] = (m => m.Op("Relu").Op("Tanh"), z => Math.Tanh(Math.Max(z, 0))),
        ["Three activations with factors"] = (
            m => m.Op("Tanh").Op("Mul", m.Raw([3f])).Op("Sigmoid").Op("Add", m.Raw([-0.5f])).Op("Relu"),
            z => Math.Max(Sigmoid(3 * Math.Tanh(z)) - 0.5, 0)),
        ["Affine steps alone"] = (
            m => m.Op("Mul", m.Raw([2f])).OpLast("Sub", m.Raw([1f])).Op("Neg").Op("Sum", m.Raw([0.5f])).Op("Mean"), z => 2 * z - 0.5),
        ["Twice the same"] = (m => m.Node("Add", m.Value, m.Value).Op("Relu"), z => Math.Max(2 * z, 0)),
    };

    public static TheoryData<string> Names { get; } = [.. s_all.Keys];

    internal static Func<double, double> FunctionOf(string name) => s_all[name].F;

    /// <summary>A model of two layers, 3-4-2. The nodes are behind the first, and also behind the second if they end the model.</summary>
    internal static (OnnxBuilder Model, Network Layers) Create(string name, bool isLast)
    {
        var layers = new Network([3, 4, 2], Activation.Identity, Activation.Identity, seed: 5, Initializer.Uniform(1.5f));
        var model = new OnnxBuilder("batch", 3);
        s_all[name].Add(model.Gemm(layers.Layers[0]));
        model.Gemm(layers.Layers[1]);
        if (isLast) s_all[name].Add(model);
        return (model, layers);
    }

    private static OnnxBuilder Microsoft(OnnxBuilder model)
    {
        model.Graph.Node[^1].Domain = "com.microsoft";
        if (model.Model.OpsetImport.Count == 1)
            model.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        return model;
    }

    /// <summary>½·z·(1 + tanh(…))</summary>
    private static OnnxBuilder TanhOf(OnnxBuilder m, string z, string argument)
    {
        string sum = m.Node("Tanh", argument).Op("Add", m.Raw([1f])).Value;
        return m.Node("Mul", z, sum).OpLast("Mul", m.Raw([0.5f]));
    }

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private static double Softplus(double z) => Math.Log(1 + Math.Exp(z));

    private static double Silu(double z) => z * Sigmoid(z);

    private static double Mish(double z) => z * Math.Tanh(Softplus(z));

    private static double HardSwish(double z) => z * Math.Clamp(z / 6 + 0.5, 0, 1);

    private static double Leaky(double z, double slope) => z > 0 ? z : slope * z;

    private static double Gelu(double z) => Activation.Gelu.Exact(z);

    private static double GeluTanh(double z) =>
        0.5 * z * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
}
