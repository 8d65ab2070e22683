namespace FastNN.Onnx;

/// <summary>Comparisons of what exporters compute with constants that were rounded to float.</summary>
internal static class OnnxRatio
{
    private const double Rounding = 1e-6;

    internal static bool IsNear(double value, double exact) => Math.Abs(value - exact) <= Rounding * Math.Abs(exact);

    /// <summary>Whether a = factor·b within rounding, and within what is nothing.</summary>
    internal static bool IsNear(OnnxCoefficient a, OnnxCoefficient b, double factor = 1, double nothing = 0)
    {
        if (a.Count != b.Count && a.Count > 1 && b.Count > 1) return false;
        for (int k = 0; k < Math.Max(a.Count, b.Count); k++)
        {
            double exact = factor * b[k];
            if (!(Math.Abs(a[k] - exact) <= Rounding * Math.Abs(exact) + nothing)) return false;
        }

        return true;
    }

    /// <summary>A number without the rounding of its constants, if it is nearly a power of two.</summary>
    internal static double Snap(double value)
    {
        if (!double.IsNormal(value)) return value;
        double power = Math.CopySign(Math.ScaleB(1, (int)Math.Round(Math.Log2(Math.Abs(value)))), value);
        return IsNear(value, power) ? power : value;
    }

    /// <summary>The number λ with a = λ·b; null if there is none.</summary>
    /// <param name="a">A signal.</param>
    /// <param name="b">Another one.</param>
    /// <param name="nothing">How much of the largest coefficient may be left where the other has 0.</param>
    internal static double? Of(OnnxSignal a, OnnxSignal b, double nothing = Rounding)
    {
        if (a.Degree != b.Degree || !a.Term.IsSame(b.Term)) return null;
        if (Largest(b, a.Degree) is not { } largest) return null;
        (int degree, int place) = largest;
        if (a.C[degree].Count > 1 && a.C[degree].Count <= place) return null;
        double size = Math.Abs(a.C[degree][place]), ratio = a.C[degree][place] / b.C[degree][place];
        if (!double.IsFinite(ratio) || ratio == 0) return null;
        for (int d = 0; d <= a.Degree; d++)
        {
            if (!IsNear(a.C[d], b.C[d], ratio, nothing * size)) return null;
        }

        return ratio;
    }

    /// <summary>The place of the largest coefficient of a signal. Constants do not count.</summary>
    private static (int Degree, int Place)? Largest(OnnxSignal signal, int degree)
    {
        (int Degree, int Place)? best = null;
        double most = 0;
        for (int d = 1; d <= degree; d++)
        {
            for (int k = 0; k < signal.C[d].Count; k++)
            {
                if (Math.Abs(signal.C[d][k]) > most) (most, best) = (Math.Abs(signal.C[d][k]), (d, k));
            }
        }

        return best;
    }
}
