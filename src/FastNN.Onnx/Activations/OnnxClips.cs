namespace FastNN.Onnx;

/// <summary>Activations that are pieces of straight lines, and how Min, Max and Abs make them.</summary>
internal static class OnnxClips
{
    /// <summary>The slope, the offset and the limits of clip(slope·z + offset, min, max); null if it is no such function.</summary>
    internal static (double Slope, double Offset, double Min, double Max)? LimitsOf(Activation activation)
    {
        IReadOnlyList<float> arguments = activation.Arguments;
        return activation.Name.Split('(')[0] switch
        {
            nameof(Activation.Relu) => (1, 0, 0, double.PositiveInfinity),
            nameof(Activation.Clip) => (1, 0, arguments[0], arguments[1]),
            nameof(Activation.HardSigmoid) => (1.0 / 6, 0.5, 0, 1),
            nameof(Activation.HardSigmoidWith) => (arguments[0], arguments[1], 0, 1),
            _ => null,
        };
    }

    internal static bool IsRelu(OnnxTerm term) =>
        term.Activation is { } f && LimitsOf(f) is { Slope: 1, Offset: 0, Min: 0, Max: double.PositiveInfinity };

    internal static bool IsAbsolute(OnnxTerm term) => term.Activation?.Equals(Activation.LeakyReluWithSlope(-1f)) == true;

    internal static OnnxSignal Absolute(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal z) =>
        algebra.Activate(operation, Activation.LeakyReluWithSlope(-1f), z);

    /// <summary>The larger or the smaller of a signal and a number. Limits of the same value become one clip.</summary>
    internal static OnnxSignal Limit(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal s, double limit, bool isMax)
    {
        if (double.IsNaN(limit)) throw operation.Fault("its limit must be a number, but is NaN");
        (OnnxSignal z, double min, double max) = (s, double.NegativeInfinity, double.PositiveInfinity);
        if (s.IsTerm && s.Term.Activation is { } inner && LimitsOf(inner) is { Slope: 1, Offset: 0 } old)
            (z, min, max) = (s.Inner, old.Min, old.Max);
        if (isMax) min = Math.Max(min, limit);
        else max = Math.Min(max, limit);
        return algebra.Activate(operation, Clip(operation, (float)min, (float)max), z);
    }

    /// <summary>max(a, b) or min(a, b), with b = λ·a: a leaky ReLU.</summary>
    internal static OnnxSignal Extreme(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal a, OnnxSignal b, bool isMax)
    {
        OnnxAlgebra.RequireSameSource(operation, a, b);
        if (OnnxRatio.Of(b, a) is not { } ratio)
            throw operation.Fault($"its operands, {a.Term} and {b.Term}, must be z and a multiple of z, or one must be constant");
        if (ratio > 1) (a, ratio) = (b, 1 / ratio); // now b = λ·a with λ ≤ 1
        if (!float.IsFinite((float)ratio)) throw operation.Fault($"its operands must have a ratio that is finite, but it is {ratio}");
        OnnxSignal z = isMax ? a : algebra.Scale(operation, a, -1);
        OnnxSignal leaky = algebra.Activate(operation, Activation.LeakyReluWithSlope((float)ratio), z);
        return isMax ? leaky : algebra.Scale(operation, leaky, -1);
    }

    /// <summary>A clip, or ReLU if that is the same.</summary>
    private static Activation Clip(OnnxOperation operation, float min, float max)
    {
        if (!(max > min)) throw operation.Fault($"its max must be greater than its min, {min}, but is {max}");
        return min == 0 && float.IsPositiveInfinity(max) ? Activation.Relu : Activation.Clip(min, max);
    }
}
