using System.Collections.Frozen;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>
/// How a model writes an activation, and which operator is read as this activation. This is the only table of activations in this project.
/// A test checks that each activation has a row. <see cref="OnnxCompositeActivation"/> reads activations that other exporters write as several
/// operators.
/// </summary>
/// <param name="Operator">The operator that is read as this activation.</param>
/// <param name="Attribute">The only attribute that the operator may have; null for none.</param>
/// <param name="FaultOf">What is wrong with the attribute of an operator, for data of a shape; null if nothing is wrong.</param>
/// <param name="Write">Adds the nodes of a = f(z). Its strings are the names of z and of a.</param>
internal sealed record OnnxActivationForm(
    string Operator, string? Attribute, Func<OnnxOperation, OnnxShape, string?> FaultOf, Action<OnnxWriter, string, string> Write)
{
    private const float Leak = 0.01f;
    private const string RootOfTwo = "sqrt2", One = "one", Half = "half";

    private static readonly FrozenDictionary<Activation, OnnxActivationForm> s_forms = new Dictionary<Activation, OnnxActivationForm>
    {
        [Activation.Gelu] = new("Gelu", "approximate", NoApproximation, WriteGelu)
        {
            Constants = [(RootOfTwo, MathF.Sqrt(2f)), (One, 1f), (Half, 0.5f)],
        },
        [Activation.Identity] = Plain("Identity") with { Write = (_, _, _) => { }, TakesNode = false },
        [Activation.LeakyRelu] = new("LeakyRelu", "alpha", (node, _) => FaultOfAlpha(node, byDefault: Leak, Leak), WriteLeakyRelu),
        [Activation.Relu] = Plain("Relu"),
        [Activation.Sigmoid] = Plain("Sigmoid"),
        [Activation.Silu] = new("Swish", "alpha", (node, _) => FaultOfAlpha(node, byDefault: 1f, 1f), WriteSilu),
        [Activation.Softmax] = new("Softmax", "axis", FaultOfAxis, WriteSoftmax),
        [Activation.Softplus] = Plain("Softplus"),
        [Activation.Tanh] = Plain("Tanh"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Activation> s_operators =
        s_forms.ToFrozenDictionary(row => row.Value.Operator, row => row.Key);

    /// <summary>The activations that have a row. A test checks that these are all activations.</summary>
    internal static IEnumerable<Activation> Known => s_forms.Keys;

    /// <summary>The operators that are read as activations, as text.</summary>
    internal static string Operators { get; } =
        string.Join(", ", s_operators.Keys.Where(name => Read(name) != Activation.Identity).Order(StringComparer.Ordinal));

    /// <summary>The constants that its nodes read, with their names in the model.</summary>
    internal (string Name, float Value)[] Constants { get; init; } = [];

    /// <summary>Whether it needs a node at all. If so, the sums of a layer have a name of their own.</summary>
    internal bool TakesNode { get; init; } = true;

    internal static OnnxActivationForm Of(Activation activation) => s_forms[activation];

    /// <summary>The activation that an operator is read as; null if there is none.</summary>
    internal static Activation? Read(string type) => s_operators.GetValueOrDefault(type);

    /// <summary>An operator without attributes.</summary>
    private static OnnxActivationForm Plain(string type) => new(type, null, (_, _) => null, (writer, z, a) => writer.Node(type, a, z));

    private static string? FaultOfAlpha(OnnxOperation node, float byDefault, float expected)
    {
        float alpha = node.Real("alpha", byDefault);
        return alpha == expected ? null : $"its alpha must be {expected}, but is {alpha}";
    }

    private static string? FaultOfAxis(OnnxOperation node, OnnxShape shape)
    {
        long axis = node.Integer("axis", -1);
        return shape.IsLastAxis(axis) ? null : $"its axis must be the last of {shape}, but is {axis}";
    }

    private static string? NoApproximation(OnnxOperation node, OnnxShape shape)
    {
        string approximate = node.Text("approximate", "none");
        return approximate == "none" ? null : $"its approximate must be 'none', but is {OnnxFault.Quote(approximate)}";
    }

    private static void WriteLeakyRelu(OnnxWriter writer, string z, string a) =>
        writer.Node("LeakyRelu", a, z).Attribute.Add(new AttributeProto { Name = "alpha", Type = OnnxAttributeTypes.Float, F = Leak });

    private static void WriteSoftmax(OnnxWriter writer, string z, string a) =>
        writer.Node("Softmax", a, z).Attribute.Add(new AttributeProto { Name = "axis", Type = OnnxAttributeTypes.Integer, I = -1 });

    /// <summary>The operator Swish exists only from opset 24 on.</summary>
    private static void WriteSilu(OnnxWriter writer, string z, string a) =>
        writer.Node("Mul", a, z, writer.Node("Sigmoid", $"{z}_sigmoid", z).Output[0]);

    /// <summary>The operator Gelu exists only from opset 20 on.</summary>
    private static void WriteGelu(OnnxWriter writer, string z, string a)
    {
        string quotient = writer.Node("Div", $"{z}_quotient", z, RootOfTwo).Output[0];
        string erf = writer.Node("Erf", $"{z}_erf", quotient).Output[0];
        string sum = writer.Node("Add", $"{z}_sum", erf, One).Output[0];
        string product = writer.Node("Mul", $"{z}_product", z, sum).Output[0];
        writer.Node("Mul", a, product, Half);
    }
}
