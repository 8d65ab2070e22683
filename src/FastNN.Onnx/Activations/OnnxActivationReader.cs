using System.Collections.Frozen;

namespace FastNN.Onnx;

/// <summary>
/// Reads activations that are one operator. <see cref="OnnxProducts"/> and <see cref="OnnxSums"/> find those that exporters write as
/// several operators.
/// </summary>
internal static class OnnxActivationReader
{
    private const string Microsoft = "com.microsoft.";

    private static readonly FrozenDictionary<string, Reader> s_readers = new Dictionary<string, Reader>
    {
        ["Celu"] = ReadCelu,
        ["Clip"] = ReadClip,
        ["Elu"] = (t, node, z) => WithAlpha(t, node, z, 1f, Activation.EluWithAlpha),
        ["Exp"] = (t, node, z) => Plain(t, node, z, Activation.Exponential),
        ["Gelu"] = ReadGelu,
        ["HardSigmoid"] = ReadHardSigmoid,
        ["HardSwish"] = (t, node, z) => Plain(t, node, z, Activation.HardSwish),
        ["LeakyRelu"] = (t, node, z) => WithAlpha(t, node, z, 0.01f, Activation.LeakyReluWithSlope),
        ["Mish"] = (t, node, z) => Plain(t, node, z, Activation.Mish),
        ["PRelu"] = ReadPRelu,
        ["Relu"] = (t, node, z) => Plain(t, node, z, Activation.Relu),
        ["Selu"] = ReadSelu,
        ["Sigmoid"] = (t, node, z) => Plain(t, node, z, Activation.Sigmoid),
        ["Softmax"] = ReadSoftmax,
        ["Softplus"] = (t, node, z) => Plain(t, node, z, Activation.Softplus),
        ["Softsign"] = (t, node, z) => Plain(t, node, z, Activation.Softsign),
        ["Swish"] = (t, node, z) => ReadSwish(t, node, z, 1f),
        ["Tanh"] = (t, node, z) => Plain(t, node, z, Activation.Tanh),
        ["ThresholdedRelu"] = ReadThresholdedRelu,
        [Microsoft + "BiasGelu"] = (t, node, z) => ReadBiased(t, node, z, Activation.Gelu, 2),
        [Microsoft + "FastGelu"] = (t, node, z) => ReadBiased(t, node, z, Activation.GeluTanh, 1),
        [Microsoft + "Gelu"] = (t, node, z) => Plain(t, node, z, Activation.Gelu),
        [Microsoft + "QuickGelu"] = (t, node, z) => ReadSwish(t, node, z, 1.702f),
    }.ToFrozenDictionary();

    private delegate OnnxSignal Reader(OnnxTracer tracer, OnnxOperation operation, OnnxSignal z);

    /// <summary>The activation of z that an operator is; null if it is none.</summary>
    /// <exception cref="ModelFormatException">An attribute or an input is wrong.</exception>
    internal static OnnxSignal? Read(OnnxTracer tracer, OnnxOperation operation) =>
        s_readers.TryGetValue(operation.Type, out Reader? reader)
            ? reader(tracer, operation, operation.Signal(0) ?? throw operation.Fault("its first input must be the data"))
            : null;

    /// <summary>The activation that FusedGemm names.</summary>
    internal static OnnxSignal ReadFused(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        string name = node.Text("activation", "");
        float alpha = node.FiniteReal("activation_alpha", name == "LeakyRelu" ? 0.01f : 0f), beta = node.FiniteReal("activation_beta", 0f);
        Activation activation = name switch
        {
            "LeakyRelu" => Activation.LeakyReluWithSlope(alpha),
            "Relu" => Activation.Relu,
            "Sigmoid" => Activation.Sigmoid,
            "Softplus" => Activation.Softplus,
            "Softsign" => Activation.Softsign,
            "Tanh" => Activation.Tanh,
            "Elu" => Activation.EluWithAlpha(node.FiniteReal("activation_alpha", 1f)),
            "HardSigmoid" when alpha > 0 => Activation.HardSigmoidWith(alpha, beta),
            _ => throw node.Fault($"its activation {OnnxFault.Quote(name)} is not supported"),
        };
        return tracer.Algebra.Activate(node, activation, z);
    }

    private static OnnxSignal Plain(OnnxTracer tracer, OnnxOperation node, OnnxSignal z, Activation activation)
    {
        node.Expect(1, 1);
        return tracer.Algebra.Activate(node, activation, z);
    }

    private static OnnxSignal WithAlpha(
        OnnxTracer tracer, OnnxOperation node, OnnxSignal z, float byDefault, Func<float, Activation> create)
    {
        node.Expect(1, 1, "alpha");
        return tracer.Algebra.Activate(node, create(node.FiniteReal("alpha", byDefault)), z);
    }

    /// <summary>α·elu(z/α)</summary>
    private static OnnxSignal ReadCelu(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        node.Expect(1, 1, "alpha");
        float alpha = node.FiniteReal("alpha", 1f);
        if (alpha <= 0) throw node.Fault($"its alpha must be greater than 0, but is {alpha}");
        OnnxAlgebra algebra = tracer.Algebra;
        return algebra.Scale(node, algebra.Activate(node, Activation.Elu, algebra.Scale(node, z, 1.0 / alpha)), alpha);
    }

    /// <summary>The limits are inputs, or attributes up to opset 10. Each may be missing.</summary>
    private static OnnxSignal ReadClip(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        node.Expect(1, 3, "min", "max");
        float min = Limit(node, 1, node.Real("min", float.NegativeInfinity));
        float max = Limit(node, 2, node.Real("max", float.PositiveInfinity));
        if (!(max > min)) throw node.Fault($"its max must be greater than its min, {min}, but is {max}");
        if (!z.IsTerm || z.Term.Activation is not { } inner || OnnxClips.LimitsOf(inner) is not { Slope: 1, Offset: 0 })
            return tracer.Algebra.Activate(node, Activation.Clip(min, max), z);
        if (!float.IsNegativeInfinity(min)) z = OnnxClips.Limit(tracer.Algebra, node, z, min, isMax: true);
        return float.IsPositiveInfinity(max) ? z : OnnxClips.Limit(tracer.Algebra, node, z, max, isMax: false);
    }

    private static float Limit(OnnxOperation node, int input, float attribute)
    {
        if (node.OptionalConstant(input) is not { } limit) return attribute;
        return limit.Count == 1 && !limit.HasOpen
            ? (float)limit.Real(0)
            : throw node.Fault($"its input {node.Inputs[input]} must be one number, but is {limit}");
    }

    private static OnnxSignal ReadGelu(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        node.Expect(1, 1, "approximate");
        Activation activation = node.Text("approximate", "none") switch
        {
            "none" => Activation.Gelu,
            "tanh" => Activation.GeluTanh,
            string other => throw node.Fault($"its approximate must be 'none' or 'tanh', but is {OnnxFault.Quote(other)}"),
        };
        return tracer.Algebra.Activate(node, activation, z);
    }

    private static OnnxSignal ReadHardSigmoid(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        node.Expect(1, 1, "alpha", "beta");
        float alpha = node.FiniteReal("alpha", 0.2f), beta = node.FiniteReal("beta", 0.5f);
        return alpha > 0
            ? tracer.Algebra.Activate(node, Activation.HardSigmoidWith(alpha, beta), z)
            : throw node.Fault($"its alpha must be greater than 0, but is {alpha}");
    }

    /// <summary>A leaky ReLU, if all slopes are the same.</summary>
    private static OnnxSignal ReadPRelu(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        node.Expect(2, 2);
        (OnnxCoefficient slopes, OnnxShape shape) = OnnxBroadcast.To(node, z.Shape, node.Constant(1), tracer.Budget);
        if (slopes.Single is not { } slope || !float.IsFinite((float)slope))
            throw node.Fault("its slopes must be one finite number, or all the same");
        return tracer.Algebra.Activate(node, Activation.LeakyReluWithSlope((float)slope), z.With(shape));
    }

    /// <summary>γ·elu(z), with α. The standard constants are the activation Selu.</summary>
    private static OnnxSignal ReadSelu(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        const float defaultAlpha = 1.67326324f, defaultGamma = 1.05070102f;
        node.Expect(1, 1, "alpha", "gamma");
        float alpha = node.FiniteReal("alpha", defaultAlpha), gamma = node.FiniteReal("gamma", defaultGamma);
        OnnxAlgebra algebra = tracer.Algebra;
        return OnnxRatio.IsNear(alpha, defaultAlpha) && OnnxRatio.IsNear(gamma, defaultGamma)
            ? algebra.Activate(node, Activation.Selu, z)
            : algebra.Scale(node, algebra.Activate(node, Activation.EluWithAlpha(alpha), z), gamma);
    }

    private static OnnxSignal ReadSoftmax(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        const int byOneAxis = 13; // older versions take all axes from the given one on together
        node.Expect(1, 1, "axis");
        OnnxShape shape = z.Shape;
        long axis = node.Integer("axis", tracer.Graph.Opset < byOneAxis && shape.Rank > 1 ? 1 : -1);
        long from = axis < 0 ? axis + (shape.Rank ?? 2) : axis;
        bool isLast = shape.Lengths is null ? from == 1 : from < shape.Rank && from >= 0 && (tracer.Graph.Opset < byOneAxis
            ? shape.Batch < from && shape.Lengths[..(int)from].Where((length, k) => k != shape.Batch && length != 1).All(_ => false)
            : shape.HoldsAll((int)from));
        return isLast
            ? tracer.Algebra.Activate(node, Activation.Softmax, z)
            : throw node.Fault($"its axis must be the last of {shape}, with all values of a sample, but is {axis}");
    }

    /// <summary>z·σ(α·z)</summary>
    private static OnnxSignal ReadSwish(OnnxTracer tracer, OnnxOperation node, OnnxSignal z, float byDefault)
    {
        node.Expect(1, 1, "alpha");
        float alpha = node.FiniteReal("alpha", byDefault);
        if (alpha == 0) throw node.Fault("its alpha must not be 0");
        OnnxAlgebra algebra = tracer.Algebra;
        return algebra.Scale(node, algebra.Activate(node, Activation.Silu, algebra.Scale(node, z, (double)alpha)), 1.0 / alpha);
    }

    private static OnnxSignal ReadThresholdedRelu(OnnxTracer tracer, OnnxOperation node, OnnxSignal z)
    {
        node.Expect(1, 1, "alpha");
        float alpha = node.FiniteReal("alpha", 1f);
        return alpha == 0 ? tracer.Algebra.Activate(node, Activation.Relu, z) : throw node.Fault($"its alpha must be 0, but is {alpha}");
    }

    /// <summary>An activation of z + b. The biases may be missing if one input is enough.</summary>
    private static OnnxSignal ReadBiased(OnnxTracer tracer, OnnxOperation node, OnnxSignal z, Activation activation, int fewest)
    {
        node.Expect(fewest, 2);
        return tracer.Algebra.Activate(node, activation, node.InputCount < 2 ? z : tracer.Shift(node, z, node.Constant(1)));
    }
}
