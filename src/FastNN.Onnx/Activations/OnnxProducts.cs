namespace FastNN.Onnx;

/// <summary>
/// Products that are activations, for operands in any order and with any factors: SiLU, GELU in both forms, HardSwish, Mish, Softsign.
/// </summary>
internal static class OnnxProducts
{
    private static readonly double s_rootOf2 = Math.Sqrt(2), s_rootOf2ByPi = Math.Sqrt(2 / Math.PI);

    /// <summary>p·q, if p is proportional to what q is a function of; null if it is no known activation.</summary>
    internal static OnnxSignal? Match(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxSignal q)
    {
        if (q.Degree != 1 || q.C[0].Single is not { } offset || q.C[1].Single is not { } factor) return null;
        OnnxTerm f = q.Term;
        return f.Kind switch
        {
            OnnxTermKind.Erf => Gelu(algebra, operation, p, f.First!, offset, factor),
            OnnxTermKind.Reciprocal => Quotient(algebra, operation, p, f.First!, offset, factor),
            OnnxTermKind.Activation => OfActivation(algebra, operation, p, f, offset, factor),
            _ => null,
        };
    }

    /// <summary>Whether s = f·(1 + exp(z)).</summary>
    internal static (OnnxCoefficient F, OnnxSignal Z)? OnePlusExp(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal s)
    {
        if (s.Degree != 1 || s.Term.Activation != Activation.Exponential) return null;
        for (int k = 0; k < Math.Max(s.C[0].Count, s.C[1].Count); k++)
        {
            if (!(s.C[0][k] > 0 && s.C[1][k] > 0)) return null;
        }

        OnnxCoefficient shift = algebra.Map(s.C[1], s.C[0], (b, a) => OnnxRatio.IsNear(b, a) ? 0 : Math.Log(b / a));
        return (s.C[0], algebra.Shift(operation, s.Inner, shift));
    }

    /// <summary>p·(a + b·f(z))</summary>
    private static OnnxSignal? OfActivation(
        OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxTerm f, double a, double b)
    {
        OnnxSignal z = f.First!;
        string name = f.Activation!.Name;
        if (name == Activation.Sigmoid.Name)
        {
            if (OnnxRatio.IsNear(a, -b)) return Silu(algebra, operation, p, algebra.Scale(operation, z, -1), a); // 1 − σ(z) = σ(−z)
            return a == 0 ? Silu(algebra, operation, p, z, b) : null;
        }

        if (name == Activation.Tanh.Name)
        {
            if (OnnxRatio.IsNear(a, b))
            {
                return z.Degree == 3
                    ? GeluTanh(algebra, operation, p, z, b)
                    : Silu(algebra, operation, p, algebra.Scale(operation, z, 2), 2 * b); // 1 + tanh(z) = 2σ(2z)
            }

            return a == 0 && z.IsTerm && z.Term.Activation == Activation.Softplus ? Mish(algebra, operation, p, z.Term.First!, b) : null;
        }

        return OnnxClips.LimitsOf(f.Activation) is var (slope, shift, min, max)
            ? HardSwish(algebra, operation, p, algebra.Shift(operation, algebra.Scale(operation, z, slope), shift), (min, max), a, b)
            : null;
    }

    /// <summary>p·b·σ(z), with p = λ·z, is λ·b·SiLU(z).</summary>
    private static OnnxSignal? Silu(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxSignal z, double b) =>
        Proportional(algebra, operation, Activation.Silu, p, z, 1, b);

    private static OnnxSignal? Mish(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxSignal z, double b) =>
        Proportional(algebra, operation, Activation.Mish, p, z, 1, b);

    /// <summary>p·(a + b·erf(z)), with a = b and y = √2·z, is 2·b·(p/y)·GELU(y).</summary>
    private static OnnxSignal? Gelu(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxSignal z, double a, double b) =>
        OnnxRatio.IsNear(a, b) ? Proportional(algebra, operation, Activation.Gelu, p, z, s_rootOf2, 2 * b) : null;

    /// <summary>f(y)·b·p/y, with y = scale·z, if p is proportional to z.</summary>
    private static OnnxSignal? Proportional(
        OnnxAlgebra algebra, OnnxOperation operation, Activation f, OnnxSignal p, OnnxSignal z, double scale, double b,
        double nothing = 1e-6)
    {
        if (OnnxRatio.Of(p, z, nothing) is not { } ratio) return null;
        double turn = OnnxRatio.Snap(scale / ratio); // y/p
        OnnxSignal y = algebra.Composite(operation, f, algebra.Scale(operation, p, turn));
        return algebra.Scale(operation, y, OnnxRatio.Snap(b / turn));
    }

    /// <summary>p·(a + b·tanh(√(2/π)·(y + 0.044715·y³))), with a = b, is 2·b·(p/y)·GELU(y).</summary>
    private static OnnxSignal? GeluTanh(OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxSignal z, double b)
    {
        if (p.Degree != 1 || !p.Term.IsSame(z.Term)) return null;
        int place = 0; // where there is a highest coefficient: it tells y/p
        while (place < p.C[1].Count - 1 && p.C[1][place] == 0) place++;
        double cubes = z.C[3][z.C[3].Count == 1 ? 0 : place] / (s_rootOf2ByPi * 0.044715 * Math.Pow(p.C[1][place], 3));
        double turn = Math.CopySign(Math.Pow(Math.Abs(cubes), 1.0 / 3), cubes); // Math.Cbrt does not link statically for Arm64
        if (!double.IsNormal(turn)) return null;
        turn = OnnxRatio.Snap(turn);
        OnnxSignal y = algebra.Scale(operation, p, turn);
        OnnxSignal cube = algebra.Scale(operation, algebra.Product(operation, y, algebra.Product(operation, y, y)), 0.044715);
        OnnxSignal exact = algebra.Scale(operation, algebra.Sum(operation, y, cube), s_rootOf2ByPi);
        if (!exact.IsSame(z)) return null;
        return algebra.Scale(operation, algebra.Composite(operation, Activation.GeluTanh, y), OnnxRatio.Snap(2 * b / turn));
    }

    /// <summary>
    /// p·(a + b·clip(z, min, max)). Without its offset the clip is h·clip(y/6 + ½, 0, 1), with the height h = max − min and y =
    /// 6·(z − min)/h − 3. That is HardSwish(y)·h/y.
    /// </summary>
    private static OnnxSignal? HardSwish(
        OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxSignal z, (double Min, double Max) limits, double a, double b)
    {
        double height = limits.Max - limits.Min;
        if (!double.IsFinite(height) || Math.Abs(a + b * limits.Min) > 1e-6 * Math.Abs(b * height)) return null;
        OnnxSignal y = algebra.Shift(operation, algebra.Scale(operation, z, 6 / height), -6 * limits.Min / height - 3);
        return Proportional(algebra, operation, Activation.HardSwish, p, y, 1, b * height, 4e-6); // 3 and 6 are known within 1e-6
    }

    /// <summary>p·b/s, with s = c + d·|z| and p = λ·z, is a Softsign.</summary>
    private static OnnxSignal? Quotient(
        OnnxAlgebra algebra, OnnxOperation operation, OnnxSignal p, OnnxSignal s, double a, double b)
    {
        if (a != 0 || s.Degree != 1) return null;
        if (!OnnxClips.IsAbsolute(s.Term) || s.C[0].Single is not { } c || s.C[1].Single is not { } d || !(d / c > 0)) return null;
        return Proportional(algebra, operation, Activation.Softsign, p, s.Term.First!, OnnxRatio.Snap(d / c), b / c);
    }
}
