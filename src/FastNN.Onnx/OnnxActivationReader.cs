using System.Collections.Frozen;

namespace FastNN.Onnx;

/// <summary>
/// Reads activations that are one operator. <see cref="OnnxCompositeActivation"/> reads those that exporters write as several operators.
/// </summary>
internal static class OnnxActivationReader
{
    private const float Rounding = 1e-6f; // of constants that are decimal numbers in the standard

    private static readonly FrozenDictionary<string, Reader> s_readers = new Dictionary<string, Reader>
    {
        ["Clip"] = ReadClip,
        ["Elu"] = (node, _, _) => WithAlpha(node, 1f, Activation.EluWithAlpha),
        ["Gelu"] = ReadGelu,
        ["HardSigmoid"] = ReadHardSigmoid,
        ["HardSwish"] = (node, _, _) => Plain(node, Activation.HardSwish),
        ["LeakyRelu"] = (node, _, _) => WithAlpha(node, 0.01f, Activation.LeakyReluWithSlope),
        ["Mish"] = (node, _, _) => Plain(node, Activation.Mish),
        ["Relu"] = (node, _, _) => Plain(node, Activation.Relu),
        ["Selu"] = ReadSelu,
        ["Sigmoid"] = (node, _, _) => Plain(node, Activation.Sigmoid),
        ["Softmax"] = ReadSoftmax,
        ["Softplus"] = (node, _, _) => Plain(node, Activation.Softplus),
        ["Softsign"] = (node, _, _) => Plain(node, Activation.Softsign),
        ["Swish"] = (node, _, _) => WithAlpha(node, 1f, alpha => alpha == 1f
            ? Activation.Silu
            : throw node.Fault($"its alpha must be 1, but is {alpha}")),
        ["Tanh"] = (node, _, _) => Plain(node, Activation.Tanh),
    }.ToFrozenDictionary();

    private delegate Activation Reader(OnnxOperation operation, OnnxGraph graph, OnnxShape shape);

    /// <summary>The operators that are read as activations, as text.</summary>
    internal static string Operators { get; } = string.Join(", ", s_readers.Keys.Order(StringComparer.Ordinal));

    /// <summary>The activation that an operator is, for data of a shape; null if it is none.</summary>
    /// <exception cref="ModelFormatException">An attribute or an input is wrong.</exception>
    internal static Activation? Read(OnnxOperation operation, OnnxGraph graph, OnnxShape shape) =>
        s_readers.GetValueOrDefault(operation.Type)?.Invoke(operation, graph, shape);

    private static Activation Plain(OnnxOperation node, Activation activation)
    {
        node.Expect(1, 1);
        return activation;
    }

    private static Activation WithAlpha(OnnxOperation node, float byDefault, Func<float, Activation> create)
    {
        node.Expect(1, 1, "alpha");
        return create(node.FiniteReal("alpha", byDefault));
    }

    /// <summary>The limits are inputs, or attributes up to opset 10. Each may be missing.</summary>
    private static Activation ReadClip(OnnxOperation node, OnnxGraph graph, OnnxShape shape)
    {
        node.Expect(1, 3, "min", "max");
        float min = Limit(node, graph, 1, node.Real("min", float.NegativeInfinity));
        float max = Limit(node, graph, 2, node.Real("max", float.PositiveInfinity));
        return max > min ? Activation.Clip(min, max) : throw node.Fault($"its max must be greater than its min, {min}, but is {max}");
    }

    private static float Limit(OnnxOperation node, OnnxGraph graph, int input, float attribute)
    {
        if (node.OptionalInput(input) is not { Length: > 0 } name) return attribute;

        OnnxConstant limit = graph.ConstantOf(node, name);
        return limit.IsOfReals && limit.Count == 1
            ? (float)limit.First
            : throw node.Fault($"its input {OnnxFault.Quote(name)} must be one FLOAT or DOUBLE, but is {limit}");
    }

    private static Activation ReadGelu(OnnxOperation node, OnnxGraph graph, OnnxShape shape)
    {
        node.Expect(1, 1, "approximate");
        return node.Text("approximate", "none") switch
        {
            "none" => Activation.Gelu,
            "tanh" => Activation.GeluTanh,
            string other => throw node.Fault($"its approximate must be 'none' or 'tanh', but is {OnnxFault.Quote(other)}"),
        };
    }

    private static Activation ReadHardSigmoid(OnnxOperation node, OnnxGraph graph, OnnxShape shape)
    {
        node.Expect(1, 1, "alpha", "beta");
        float alpha = node.FiniteReal("alpha", 0.2f), beta = node.FiniteReal("beta", 0.5f);
        return alpha > 0 ? Activation.HardSigmoidWith(alpha, beta) : throw node.Fault($"its alpha must be greater than 0, but is {alpha}");
    }

    private static Activation ReadSelu(OnnxOperation node, OnnxGraph graph, OnnxShape shape)
    {
        const float defaultAlpha = 1.67326324f, defaultGamma = 1.05070102f;
        node.Expect(1, 1, "alpha", "gamma");
        float alpha = node.Real("alpha", defaultAlpha), gamma = node.Real("gamma", defaultGamma);
        return IsNear(alpha, defaultAlpha) && IsNear(gamma, defaultGamma)
            ? Activation.Selu
            : throw node.Fault($"its alpha and gamma must be {defaultAlpha} and {defaultGamma}, but are {alpha} and {gamma}");
    }

    private static bool IsNear(float value, float exact) => MathF.Abs(value - exact) <= Rounding * exact;

    private static Activation ReadSoftmax(OnnxOperation node, OnnxGraph graph, OnnxShape shape)
    {
        node.Expect(1, 1, "axis");
        long axis = node.Integer("axis", -1);
        return shape.IsLastAxis(axis) ? Activation.Softmax : throw node.Fault($"its axis must be the last of {shape}, but is {axis}");
    }
}
