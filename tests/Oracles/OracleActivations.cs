
namespace FastNN.Tests.Oracles;

/// <summary>
/// The activations on <see cref="Bounded"/>. By Taylor an error e of z becomes |f(ẑ) − f(z)| ≤ e·|f′(z)| + e²/2·max|f″| for f, and |f′(ẑ) −
/// f′(z)| ≤ e·max|f″| for f′. To this come the errors that <see cref="Activation.MaxUlp"/> and <see cref="Activation.MaxSlopeError"/>
/// promise for ẑ. <c>ActivationTests</c> check these for all floats. If f has a kink within e of z, f′ may be off by all of the
/// jump.
/// </summary>
internal static class OracleActivations
{
    private const double U = Bounded.U;

    /// <summary>PyTorch's slope. The library has the float nearest to it, which is off by at most u·0.01.</summary>
    private const double Leak = 0.01;

    private const float SeluBelow = 1.75809932f; // λ·α

    private const float Tiny = float.Epsilon, Infinity = float.PositiveInfinity, Most = float.MaxValue, NaN = float.NaN;

    private static readonly float s_log2 = MathF.Log(2f);

    /// <summary>
    /// A row for each. The curvatures max|f″| are:
    /// <para>σ: 1/(6√3). Tanh: 4/(3√3). Softplus: ¼. ELU: the factor of eᶻ. HardSwish: ⅓ between its kinks.</para>
    /// <para>SiLU: ½ at 0. Its f″ is σ′·(2 − z·tanh(z/2)). With the other sign this is at most z·e⁻ᶻ ≤ 1/e.</para>
    /// <para>GELU: 2φ(0) at 0. Its f″ is φ·(2 − z²), and its other extreme is −2φ(2). The form with tanh has the same largest value.</para>
    /// <para>Softsign: 2 at 0. Its f″ is ∓2/(1 + |z|)³.</para>
    /// <para>The exponential: none. It has a bound of its own.</para>
    /// <para>Mish: 0.6442 at −0.088. Differences of its formula show this.</para>
    /// <para>Zero where f is linear on both sides of a kink.</para>
    /// </summary>
    private static readonly Dictionary<Activation, Row> s_rows = new()
    {
        [Activation.Sigmoid] = new(0.0963, One, [0.5f, 0.5f, 0.5f, 0.5f, 1f, 0f, 1f, 0f, NaN])
        {
            IsStraightFarOut = true,
            Value = Bounded.Sigmoid,
            Slope = Bounded.Derivative,
        },
        [Activation.Tanh] = new(0.7699, One, [0f, -0f, Tiny, -Tiny, 1f, -1f, 1f, -1f, NaN])
        {
            IsStraightFarOut = true,
            Slope = a => Bounded.Rounded(1 - a.Value * a.Value, a.Error * (2 * Math.Abs(a.Value) + a.Error)),
        },
        [Activation.Silu] = new(0.5, Sum, [0f, -0f, 0f, -0f, Infinity, -0f, Most, -0f, NaN]) { IsStraightFarOut = true },
        [Activation.Gelu] = new(0.79789, Sum, [0f, -0f, Tiny, 0f, Infinity, 0f, Most, 0f, NaN]) // ½·Tiny lies between two floats
        {
            IsStraightFarOut = true,
        },
        [Activation.Softplus] = new(0.25, Sum, [s_log2, s_log2, s_log2, s_log2, Infinity, 0f, Most, 0f, NaN]) { IsStraightFarOut = true },
        [Activation.Identity] = new(0, Nothing, [0f, -0f, Tiny, -Tiny, Infinity, -Infinity, Most, -Most, NaN]),
        [Activation.Relu] = new(0, Nothing, [0f, -0f, Tiny, 0f, Infinity, 0f, Most, 0f, NaN]) { Kinks = [0], Steepest = 1 },
        [Activation.LeakyRelu] = new(0, Nothing, [0f, -0f, Tiny, -0f, Infinity, -Infinity, Most, -0.01f * Most, NaN])
        {
            Kinks = [0],
            Steepest = 1,
            Exact = (z => z > 0 ? z : Leak * z, z => z > 0 ? 1 : Leak),
            ConstantError = U * Leak,
        },
        [Activation.Elu] = new(1, Sum, [0f, -0f, Tiny, -Tiny, Infinity, -1f, Most, -1f, NaN]) { IsStraightFarOut = true },
        [Activation.Selu] = new(1.7581, Sum, [0f, -0f, Tiny, -2 * Tiny, Infinity, -SeluBelow, Infinity, -SeluBelow, NaN])
        {
            IsStraightFarOut = true,
            Kinks = [0],
            Steepest = 1.7581,
        },
        [Activation.Exponential] = new(0, One, [1f, 1f, 1f, 1f, Infinity, 0f, Infinity, 0f, NaN]) { Value = Exponential, Slope = a => a },
        [Activation.Softsign] = new(2, One, [0f, -0f, Tiny, -Tiny, 1f, -1f, 1f, -1f, NaN]),
        [Activation.Mish] = new(0.6443, Sum, [0f, -0f, Tiny, -Tiny, Infinity, -0f, Most, -0f, NaN]) { IsStraightFarOut = true },
        [Activation.GeluTanh] = new(0.79789, Sum, [0f, -0f, Tiny, 0f, Infinity, 0f, Most, 0f, NaN]) { IsStraightFarOut = true },
        [Activation.HardSigmoid] = new(0, One, [0.5f, 0.5f, 0.5f, 0.5f, 1f, 0f, 1f, 0f, NaN]) { Kinks = [-3, 3], Steepest = 1 },
        [Activation.HardSwish] = new(0.33334, Sum, [0f, -0f, 0f, -0f, Infinity, -0f, Most, -0f, NaN]) { Kinks = [-3, 3], Steepest = 1.5 },
        [Activation.Softmax] = new(0, One, []),
        [Activation.EluWithAlpha(0.7f)] = new(0.7001, Sum, [0f, -0f, Tiny, -Tiny, Infinity, -0.7f, Most, -0.7f, NaN])
        {
            IsStraightFarOut = true,
            Kinks = [0],
            Steepest = 1,
        },
        [Activation.LeakyReluWithSlope(0.2f)] = new(0, Nothing, [0f, -0f, Tiny, -0f, Infinity, -Infinity, Most, -0.2f * Most, NaN])
        {
            Kinks = [0],
            Steepest = 1,
        },
        [Activation.Clip(-1f, 1f)] = new(0, Nothing, [0f, -0f, Tiny, -Tiny, 1f, -1f, 1f, -1f, NaN]) { Kinks = [-1, 1], Steepest = 1 },
        [Activation.Clip(-1f, Infinity)] = new(0, Nothing, [0f, -0f, Tiny, -Tiny, Infinity, -1f, Most, -1f, NaN])
        {
            Kinks = [-1],
            Steepest = 1,
        },
        [Activation.HardSigmoidWith(0.2f, 0.5f)] = new(0, One, [0.5f, 0.5f, 0.5f, 0.5f, 1f, 0f, 1f, 0f, NaN])
        {
            Kinks = [-2.5, 2.5],
            Steepest = 1,
        },
    };

    /// <summary>The activations that have a row: all without parameters, and some with.</summary>
    internal static IReadOnlyList<Activation> All { get; } =
        [.. s_rows.Keys.OrderBy(activation => activation.Name, StringComparer.Ordinal)];

    internal static Row Of(Activation f) => s_rows[f];

    /// <summary>How close a sum is to a kink of f.</summary>
    internal static double DistanceToKink(Activation f, double z) =>
        Of(f).Kinks.Select(kink => Math.Abs(z - kink)).DefaultIfEmpty(double.PositiveInfinity).Min();

    internal static Bounded[] Value(Activation f, Bounded[] z) => f.IsElementwise ? Array.ConvertAll(z, zi => Value(f, zi)) : Softmax(z);

    /// <summary>An ULP of the float nearest to f(ẑ) is at most 2u·(1 + u)·|f(ẑ)|, or twice the underflow.</summary>
    internal static Bounded Value(Activation f, Bounded z)
    {
        Row row = Of(f);
        if (row.Value != null) return row.Value(z);

        double value = Exact(f, z.Value), slope = Math.Abs(ExactSlope(f, z.Value));
        if (DistanceToKink(f, z.Value) <= z.Error) slope = row.Steepest;
        double error = z.Error * (slope + row.Curvature / 2 * z.Error) + row.ConstantError * (Math.Abs(z.Value) + z.Error);
        return new Bounded(value, error + f.MaxUlp * (2 * U * (1 + U) * (Math.Abs(value) + error) + 2 * Bounded.Underflow));
    }

    /// <summary>f′. For some functions it comes from the bounded a = f(z), because the library takes it from a.</summary>
    internal static Bounded Slope(Activation f, Bounded z, Bounded a)
    {
        Row row = Of(f);
        if (row.Slope != null) return row.Slope(a);

        double error = row.Curvature * z.Error + f.MaxSlopeError * U + row.ConstantError;
        return new Bounded(ExactSlope(f, z.Value), DistanceToKink(f, z.Value) <= z.Error ? row.Steepest : error);
    }

    /// <summary>An error e of z is a factor between 1 − (exp(e) − 1) and exp(e). Then comes the rounding, as for all functions.</summary>
    private static Bounded Exponential(Bounded z)
    {
        double value = Math.Exp(z.Value), error = value * (Math.Exp(z.Error) - 1);
        return new Bounded(value, error + Activation.Exponential.MaxUlp * (2 * U * (1 + U) * (value + error) + 2 * Bounded.Underflow));
    }

    /// <summary>
    /// a_i = e_i·(1/Σ_k e_k) with e_i = e^(z_i − m). First the errors of the sums: ln a_i = z_i − ln Σ_k e^(z_k) moves by at most e_i + max
    /// e. Then the relative errors: each e_i is off by <see cref="PowerError"/>. The sum runs in sixteen lanes that are folded. It is off
    /// by one u for each addition that a term goes through. The reciprocal and the product round once each.
    /// </summary>
    internal static Bounded[] Softmax(Bounded[] z)
    {
        double most = z.Max(zi => zi.Value), sum = z.Sum(zi => Math.Exp(zi.Value - most)), error = z.Max(zi => zi.Error);

        // More than (1 + …)·(1 + …)/(1 − …): that has no third 1 + u.
        double rounding = Math.Exp(2 * PowerError + SumError(z.Length) + 3 * U);
        return Array.ConvertAll(z, zi =>
        {
            double a = Math.Exp(zi.Value - most) / sum;
            return new Bounded(a, a * (Math.Exp(error + zi.Error) * rounding - 1) + 3 * Bounded.Underflow);
        });
    }

    /// <summary>
    /// The relative error of e_i for exact m and z_i. The table's power of two and the last multiply-add round with u each. q has 0.08u. t
    /// is at most 2⁻⁵ and rounds three times. q and the product with s round, too. These have 2⁻⁵·u each. m − z_i loses nothing.
    /// </summary>
    internal const double PowerError = 2.3 * U;

    /// <summary>
    /// The relative error of a sum of n positive terms in sixteen lanes that are folded. A lane has ⌈n/16⌉ − 1 additions. Folding has four.
    /// </summary>
    internal static double SumError(int n) => ((n + 15) / 16 + 3) * U * 1.001;

    internal static double Exact(Activation f, double z) => Of(f).Exact is { } exact ? exact.Value(z) : f.Exact(z);

    internal static double ExactSlope(Activation f, double z) => Of(f).Exact is { } exact ? exact.Slope(z) : f.ExactSlope(z);

    private static double Nothing(double z) => 0;

    private static double One(double z) => 1;

    private static double Sum(double z) => Math.Max(1, Math.Abs(z));

    /// <summary>
    /// What the tests know about an activation. Some properties may be left out. Then the bound is larger, but still proven, or there is no
    /// kink.
    /// </summary>
    /// <param name="Curvature">max|f″|.</param>
    /// <param name="Largest">The largest value in the usual formula at z. It is 0 if nothing rounds.</param>
    /// <param name="Specials">
    /// f of 0, −0, the smallest floats of either sign, ±∞, the largest of either sign, and NaN. Softmax has none.
    /// </param>
    internal sealed record Row(double Curvature, Func<double, double> Largest, float[] Specials)
    {
        /// <summary>A tighter bound for f of a sum.</summary>
        internal Func<Bounded, Bounded>? Value { get; init; }

        /// <summary>A tighter bound for f′ from a.</summary>
        internal Func<Bounded, Bounded>? Slope { get; init; }

        /// <summary>f and f′ for activations whose exact formulas in the library have a constant that is rounded to float.</summary>
        internal (Func<double, double> Value, Func<double, double> Slope)? Exact { get; init; }

        /// <summary>How far such a constant is off.</summary>
        internal double ConstantError { get; init; }

        /// <summary>
        /// Whether f is its tangent at 0 within 2⁻⁴⁰, and its asymptotes from 128 on. <c>ActivationTests</c> say how close. This
        /// saves four fifths of the work there. If f is cheap, it is of no use.
        /// </summary>
        internal bool IsStraightFarOut { get; init; }

        /// <summary>Where f′ jumps.</summary>
        internal double[] Kinks { get; init; } = [];

        /// <summary>The largest |f′| on either side of a kink.</summary>
        internal double Steepest { get; init; }
    }
}
