using System.Collections.Frozen;
using FastNN.Onnx.Schema;
using Google.Protobuf;

namespace FastNN.Onnx;

/// <summary>
/// How a model writes an activation. A test checks that each function has a row. <see cref="OnnxActivationReader"/> reads what is written
/// here.
/// </summary>
/// <param name="Write">Adds the nodes of a = f(z). Its strings are the names of z and of a.</param>
internal sealed record OnnxActivationForm(Action<OnnxWriter, Activation, string, string> Write)
{
    private static readonly FrozenDictionary<string, OnnxActivationForm> s_forms = new Dictionary<string, OnnxActivationForm>
    {
        [nameof(Activation.Clip)] = new(WriteClip),
        [nameof(Activation.Elu)] = WithAlpha("Elu", 1f),
        [nameof(Activation.EluWithAlpha)] = WithAlpha("Elu"),
        [nameof(Activation.Exponential)] = Plain("Exp"),
        [nameof(Activation.Gelu)] = new(WriteGelu),
        [nameof(Activation.GeluTanh)] = new(WriteGeluTanh) { Opset = 20 },
        [nameof(Activation.HardSigmoid)] = new((writer, f, z, a) => WriteHardSigmoid(writer, z, a, 1f / 6, 0.5f)),
        [nameof(Activation.HardSigmoidWith)] = new((writer, f, z, a) => WriteHardSigmoid(writer, z, a, f.Arguments[0], f.Arguments[1])),
        [nameof(Activation.HardSwish)] = Plain("HardSwish"),
        [nameof(Activation.Identity)] = new((_, _, _, _) => { }) { TakesNode = false },
        [nameof(Activation.LeakyRelu)] = WithAlpha("LeakyRelu", 0.01f),
        [nameof(Activation.LeakyReluWithSlope)] = WithAlpha("LeakyRelu"),
        [nameof(Activation.Mish)] = Plain("Mish") with { Opset = 18 },
        [nameof(Activation.Relu)] = Plain("Relu"),
        [nameof(Activation.Selu)] = Plain("Selu"),
        [nameof(Activation.Sigmoid)] = Plain("Sigmoid"),
        [nameof(Activation.Silu)] = new(WriteSilu),
        [nameof(Activation.Softmax)] = new(WriteSoftmax),
        [nameof(Activation.Softplus)] = Plain("Softplus"),
        [nameof(Activation.Softsign)] = Plain("Softsign"),
        [nameof(Activation.Tanh)] = Plain("Tanh"),
    }.ToFrozenDictionary();

    /// <summary>The opset that a model needs at least.</summary>
    internal int Opset { get; init; } = 15;

    /// <summary>Whether it needs a node at all. If so, the sums of a layer have a name of their own.</summary>
    internal bool TakesNode { get; init; } = true;

    /// <summary>The functions that have a row: names of properties and methods.</summary>
    internal static IEnumerable<string> Known => s_forms.Keys;

    internal static OnnxActivationForm Of(Activation activation) => s_forms[activation.Name.Split('(')[0]];

    /// <summary>An operator without attributes.</summary>
    private static OnnxActivationForm Plain(string type) => new((writer, _, z, a) => writer.Node(type, a, z));

    /// <summary>An operator with one attribute, alpha. If it is not given, it is the argument of the activation.</summary>
    private static OnnxActivationForm WithAlpha(string type, float? alpha = null) =>
        new((writer, f, z, a) => writer.Node(type, a, z).Attribute.Add(Real("alpha", alpha ?? f.Arguments[0])));

    private static void WriteClip(OnnxWriter writer, Activation f, string z, string a) =>
        writer.Node("Clip", a, z, writer.Scalar($"{z}_min", f.Arguments[0]), writer.Scalar($"{z}_max", f.Arguments[1]));

    private static void WriteHardSigmoid(OnnxWriter writer, string z, string a, float alpha, float beta) =>
        writer.Node("HardSigmoid", a, z).Attribute.Add([Real("alpha", alpha), Real("beta", beta)]);

    private static void WriteSoftmax(OnnxWriter writer, Activation f, string z, string a) =>
        writer.Node("Softmax", a, z).Attribute.Add(new AttributeProto { Name = "axis", Type = OnnxAttributeTypes.Integer, I = -1 });

    /// <summary>The operator Swish exists only from opset 24 on.</summary>
    private static void WriteSilu(OnnxWriter writer, Activation f, string z, string a) =>
        writer.Node("Mul", a, z, writer.Node("Sigmoid", $"{z}_sigmoid", z).Output[0]);

    /// <summary>The operator Gelu exists only from opset 20 on.</summary>
    private static void WriteGelu(OnnxWriter writer, Activation f, string z, string a)
    {
        string quotient = writer.Node("Div", $"{z}_quotient", z, writer.Scalar("sqrt2", MathF.Sqrt(2f))).Output[0];
        string erf = writer.Node("Erf", $"{z}_erf", quotient).Output[0];
        string sum = writer.Node("Add", $"{z}_sum", erf, writer.Scalar("one", 1f)).Output[0];
        string product = writer.Node("Mul", $"{z}_product", z, sum).Output[0];
        writer.Node("Mul", a, product, writer.Scalar("half", 0.5f));
    }

    private static void WriteGeluTanh(OnnxWriter writer, Activation f, string z, string a) =>
        writer.Node("Gelu", a, z).Attribute.Add(
            new AttributeProto { Name = "approximate", Type = OnnxAttributeTypes.Text, S = ByteString.CopyFromUtf8("tanh") });

    private static AttributeProto Real(string name, float value) => new() { Name = name, Type = OnnxAttributeTypes.Float, F = value };
}
