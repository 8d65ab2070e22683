namespace FastNN.Tests.Graphs;

/// <summary>Activations that are one operator.</summary>
internal static class ActivationOperators
{
    private const string Microsoft = "com.microsoft";

    internal static ActivationForm[] All { get; } =
    [
        new("Sigmoid", g => Plain(g, "Sigmoid", ActivationPieces.Sigmoid)) { DoubleSince = 7, HasHalf = true },
        new("Tanh", g => Plain(g, "Tanh", Math.Tanh)) { DoubleSince = 7, HasHalf = true },
        new("Relu", g => Plain(g, "Relu", z => Math.Max(0, z))) { DoubleSince = 7, HasHalf = true },
        new("Softplus", g => Plain(g, "Softplus", ActivationPieces.Softplus)) { HasHalf = true },
        new("Softsign", g => Plain(g, "Softsign", z => z / (1 + Math.Abs(z)))) { HasHalf = true },
        new("HardSwish", g => Plain(g, "HardSwish", HardSwish)) { Since = 14, HasHalf = true },
        new("Mish", g => Plain(g, "Mish", z => z * Math.Tanh(ActivationPieces.Softplus(z)))) { Since = 18 },
        new("LeakyRelu", LeakyRelu) { HasHalf = true },
        new("PRelu", PRelu),
        new("Elu", Elu) { HasHalf = true },
        new("Celu", g =>
        {
            g.Op("Celu").WithDefault("alpha", 1f);
            return z => Elu(z, 1);
        }) { Since = 12 },
        new("Selu", Selu) { HasHalf = true },
        new("Clip", Clip) { DoubleSince = 12, HasHalf = true },
        new("HardSigmoid", HardSigmoid) { HasHalf = true },
        new("ThresholdedRelu", g =>
        {
            g.Op("ThresholdedRelu").With("alpha", 0f);
            return z => Math.Max(0, z);
        }) { Since = 10 },
        new("Swish", g =>
        {
            double alpha = g.Draw.Of(1, g.Draw.Real(0.5, 2));
            g.Op("Swish");
            if (alpha == 1)
                g.WithDefault("alpha", 1f);
            else
                g.With("alpha", alpha);
            return z => z * ActivationPieces.Sigmoid(alpha * z);
        }) { Since = 24 },
        new("QuickGelu of 1", g =>
        {
            g.Op("QuickGelu").InDomain(Microsoft).With("alpha", 1f);
            return z => z * ActivationPieces.Sigmoid(z);
        }),
    ];

    internal static double HardSwish(double z) => z * Math.Clamp(z / 6 + 0.5, 0, 1);

    internal static double Elu(double z, double alpha) => z > 0 ? z : alpha * double.ExpM1(z);

    private static Func<double, double> Plain(GraphDraft g, string type, Func<double, double> f)
    {
        g.Op(type);
        return f;
    }

    private static Func<double, double> LeakyRelu(GraphDraft g)
    {
        double slope = g.Draw.Chance(0.3) ? 0.01f : g.Draw.Real(0.05, 0.5);
        g.Op("LeakyRelu");
        if (slope == 0.01f)
            g.WithDefault("alpha", 0.01f);
        else
            g.With("alpha", slope);
        return z => z > 0 ? z : slope * z;
    }

    private static Func<double, double> PRelu(GraphDraft g)
    {
        double slope = g.Draw.Of(0, 0.25, g.Draw.Real(0.05, 0.5));
        g.Op("PRelu", g.Constants.Number(slope));
        return z => z > 0 ? z : slope * z;
    }

    private static Func<double, double> Elu(GraphDraft g)
    {
        double alpha = g.Draw.Chance(0.6) ? 1 : g.Draw.Real(0.25, 2);
        g.Op("Elu");
        if (alpha == 1)
            g.WithDefault("alpha", 1f);
        else
            g.With("alpha", alpha);
        return z => Elu(z, alpha);
    }

    private static Func<double, double> Selu(GraphDraft g)
    {
        const double alpha = 1.67326319217681884765625, gamma = 1.05070102214813232421875;
        g.Op("Selu").WithDefault("alpha", alpha).WithDefault("gamma", gamma);
        return z => gamma * Elu(z, alpha);
    }

    /// <summary>The limits are inputs since opset 11. Each may be missing.</summary>
    private static Func<double, double> Clip(GraphDraft g)
    {
        double low = g.Draw.Of(-1, 0, g.Draw.Real(-2, 0)), high = g.Draw.Of(1, 6, g.Draw.Real(0.25, 3));
        bool hasLow = g.Draw.Chance(0.8), hasHigh = !hasLow || g.Draw.Chance(0.8);
        if (g.Type != TensorTypes.Half && g.Draw.Chance(0.1)) high = float.MaxValue; // as some exporters write "none"
        if (g.Opset < 11)
        {
            g.Op("Clip");
            if (hasLow) g.With("min", low);
            if (hasHigh) g.With("max", high);
        }
        else
        {
            string min = hasLow ? g.Constants.Point(low) : "";
            if (hasHigh)
                g.Op("Clip", min, g.Constants.Point(high));
            else
                g.Op("Clip", min);
        }

        return z => Math.Min(hasHigh ? high : double.PositiveInfinity, Math.Max(hasLow ? low : double.NegativeInfinity, z));
    }

    private static Func<double, double> HardSigmoid(GraphDraft g)
    {
        double alpha = g.Draw.Of(0.2f, 1f / 6, g.Draw.Real(0.1, 0.5)), beta = g.Draw.Chance(0.7) ? 0.5 : g.Draw.Real(0.25, 0.75);
        if (!g.Draw.Chance(0.3))
        {
            g.Op("HardSigmoid").With("alpha", alpha).With("beta", beta);
            return z => Math.Clamp(alpha * z + beta, 0, 1);
        }

        g.Op("HardSigmoid");
        return z => Math.Clamp(0.2f * z + 0.5, 0, 1);
    }
}
