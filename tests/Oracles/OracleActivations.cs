namespace FastNN.Tests.Oracles;

/// <summary>
/// The activations on <see cref="Bounded"/>: what becomes of an error e of z by Taylor, |f(ẑ) − f(z)| ≤ e·|f′(z)| + e²/2·max|f″|, and of f′
/// by |f′(ẑ) − f′(z)| ≤ e·max|f″|; on top the errors that <see cref="Activation.MaxUlp"/> and <see cref="Activation.MaxSlopeError"/>
/// promise for ẑ, which <see cref="Activations.ActivationTests"/> hold over all floats. Where f has a kink within e of z, f′ may be off by
/// all of the jump.
/// </summary>
internal static class OracleActivations
{
    private const double U = Bounded.U;

    /// <summary>PyTorch's; the library has the float nearest to it, off by at most u·0.01.</summary>
    private const double Leak = 0.01;

    /// <summary>
    /// max|f″|: 1/(6√3) for σ; 4/(3√3) for tanh; ½ at 0 for SiLU, σ′·(2 − z·tanh(z/2)), the other sign of which is at most z·e⁻ᶻ ≤ 1/e;
    /// 2φ(0) at 0 for GELU, φ·(2 − z²), the other extreme being −2φ(2); ¼ for softplus; none where f is linear on both sides of a kink.
    /// </summary>
    internal static double Curvature(Activation f) => f.Name switch
    {
        "Sigmoid" => 0.0963,
        "Tanh" => 0.7699,
        "Silu" => 0.5,
        "Gelu" => 0.79789,
        "Softplus" => 0.25,
        "Identity" or "Relu" or "LeakyRelu" => 0,
        _ => throw new InvalidOperationException($"What is the largest curvature of {f}?"),
    };

    internal static bool HasKink(Activation f) => f.Name is "Relu" or "LeakyRelu";

    internal static Bounded[] Value(Activation f, Bounded[] z) => f.IsElementwise ? Array.ConvertAll(z, zi => Value(f, zi)) : Softmax(z);

    /// <summary>An ULP of the float nearest to f(ẑ) is at most 2u·(1 + u)·|f(ẑ)|, or twice the underflow.</summary>
    internal static Bounded Value(Activation f, Bounded z)
    {
        if (f.Name == "Sigmoid") return Bounded.Sigmoid(z);

        double value = Exact(f, z.Value), slope = Math.Abs(ExactSlope(f, z.Value)), curvature = Curvature(f);
        if (HasKink(f) && Math.Abs(z.Value) <= z.Error) slope = 1;
        double error = z.Error * (slope + curvature / 2 * z.Error);
        if (f.Name == "LeakyRelu") error += U * Leak * (Math.Abs(z.Value) + z.Error);
        return new Bounded(value, error + f.MaxUlp * (2 * U * (1 + U) * (Math.Abs(value) + error) + 2 * Bounded.Underflow));
    }

    /// <summary>f′, of σ and tanh from the bounded a = f(z), from which the library takes it.</summary>
    internal static Bounded Slope(Activation f, Bounded z, Bounded a)
    {
        double slope = ExactSlope(f, z.Value);
        return f.Name switch
        {
            "Sigmoid" => Bounded.Derivative(a),
            "Tanh" => Bounded.Rounded(1 - a.Value * a.Value, a.Error * (2 * Math.Abs(a.Value) + a.Error)),
            "Relu" or "LeakyRelu" => new Bounded(slope, Math.Abs(z.Value) <= z.Error ? 1 : U * Leak),
            _ => new Bounded(slope, Curvature(f) * z.Error + f.MaxSlopeError * U),
        };
    }

    /// <summary>
    /// a_i = e_i·(1/Σ_k e_k), e_i = e^(z_i − m). Errors of the sums: ln a_i = z_i − ln Σ_k e^(z_k) moves by e_i + max e at most. Then
    /// relative errors: each e_i off by <see cref="PowerError"/>, their sum in sixteen lanes, folded, by one u for each addition that a
    /// term goes through, a reciprocal, a product.
    /// </summary>
    internal static Bounded[] Softmax(Bounded[] z)
    {
        double most = z.Max(zi => zi.Value), sum = z.Sum(zi => Math.Exp(zi.Value - most)), error = z.Max(zi => zi.Error);
        // more than (1 + …)·(1 + …)/(1 − …), which has no third 1 + u
        double rounding = Math.Exp(2 * PowerError + SumError(z.Length) + 3 * U);
        return Array.ConvertAll(z, zi =>
        {
            double a = Math.Exp(zi.Value - most) / sum;
            return new Bounded(a, a * (Math.Exp(error + zi.Error) * rounding - 1) + 3 * Bounded.Underflow);
        });
    }

    /// <summary>
    /// Relative error of e_i for exact m and z_i. The table's power of two and the last multiply-add round, u each; q has 0.08u; t, at most
    /// 2⁻⁵, rounds three times, as q and the product with s do, 2⁻⁵·u each; and of m − z_i nothing is lost.
    /// </summary>
    internal const double PowerError = 2.3 * U;

    /// <summary>Of a sum of n positive terms in sixteen lanes, folded: ⌈n/16⌉ − 1 additions in a lane, four to fold.</summary>
    internal static double SumError(int n) => ((n + 15) / 16 + 3) * U * 1.001;

    internal static double Exact(Activation f, double z) => f.Name == "LeakyRelu" ? (z > 0 ? z : Leak * z) : f.Exact(z);

    internal static double ExactSlope(Activation f, double z) => f.Name == "LeakyRelu" ? (z > 0 ? 1 : Leak) : f.ExactSlope(z);
}
