namespace FastNN.Onnx;

/// <summary>Sums that are activations: products that were multiplied out, and ReLU of z and of −z.</summary>
internal static class OnnxSums
{
    /// <summary>a + b, for different terms of the same source; null if it is no known activation.</summary>
    internal static OnnxSignal? Match(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal a, OnnxSignal b) =>
        TakenOut(algebra, operation, a, b) ?? TakenOut(algebra, operation, b, a) ?? TwoRelus(algebra, operation, a, b);

    /// <summary>k·u·v + μ·u = u·(k·v + μ).</summary>
    private static OnnxSignal? TakenOut(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        if (a.Term.Kind != OnnxTermKind.Product || a.Degree != 1 || !a.C[0].IsZero) return null;
        OnnxSignal first = a.Term.First!, second = a.Term.Second!;
        if (OnnxRatio.Of(b, first) is not { } ratio)
        {
            (first, second) = (second, first);
            if (OnnxRatio.Of(b, first) is not { } other) return null;
            ratio = other;
        }

        OnnxSignal sum = algebra.Shift(operation, algebra.Scale(operation, second, a.C[1]), ratio);
        return OnnxProducts.Match(algebra, operation, first, sum);
    }

    /// <summary>c·relu(z) + d·relu(−m·z), with m &gt; 0, is c·leaky ReLU(z) with the slope −d·m/c.</summary>
    private static OnnxSignal? TwoRelus(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        if (a.Degree != 1 || b.Degree != 1 || !OnnxClips.IsRelu(a.Term) || !OnnxClips.IsRelu(b.Term)) return null;
        if (a.C[1].Single is not { } c || b.C[1].Single is not { } d) return null;
        if (OnnxRatio.Of(b.Term.First!, a.Term.First!) is not { } m || m >= 0) return null;
        float slope = (float)(d * m / c);
        if (!float.IsFinite(slope)) return null;
        OnnxSignal leaky = algebra.Composite(operation, Activation.LeakyReluWithSlope(slope), a.Inner);
        return algebra.Shift(operation, algebra.Scale(operation, leaky, c), algebra.Plus(a.C[0], b.C[0]));
    }
}
