namespace FastNN.Tests.Graphs;

/// <summary>Activations of straight pieces, in several operators.</summary>
internal static class PiecewiseActivations
{
    internal static ActivationForm[] All { get; } =
    [
        new("max(z, 0)", g =>
        {
            g.OpEither("Max", g.Constants.Scalar(0));
            return z => Math.Max(0, z);
        }) { Since = 8, DoubleSince = 8, HasHalf = true },
        new("max(z, slope·z)", g =>
        {
            double slope = g.Draw.Real(0.05, 0.5);
            string z = g.Value;
            g.OpEither("Mul", g.Constants.Scalar(slope)).OpEither("Max", z);
            return z => z > 0 ? z : slope * z;
        }) { Since = 8, DoubleSince = 8 },
        new("min(max(z, low), high)", g => Limits(g, "Max", "Min")) { Since = 8, DoubleSince = 8, HasHalf = true },
        new("max(min(z, high), low)", g => Limits(g, "Min", "Max")) { Since = 8, DoubleSince = 8, HasHalf = true },
        new("min(relu(z), 6)", g =>
        {
            g.Op("Relu").OpEither("Min", g.Constants.Scalar(6));
            return z => Math.Clamp(z, 0, 6);
        }) { Since = 8, DoubleSince = 8, HasHalf = true },
        new("clip(z + 3, 0, 6)/6", g =>
        {
            Shifted(g);
            g.Op("Div", g.Constants.Scalar(6));
            return z => Math.Clamp(z / 6 + 0.5, 0, 1);
        }) { DoubleSince = 12 },
        new("z·clip(z + 3, 0, 6)/6", HardSwish) { DoubleSince = 12 },
        new("z·hardsigmoid(z)", g =>
        {
            string z = g.Value;
            g.Op("HardSigmoid").With("alpha", 1f / 6).WithDefault("beta", 0.5f).OpEither("Mul", z);
            return ActivationOperators.HardSwish;
        }),
    ];

    private static Func<double, double> Limits(GraphDraft g, string first, string second)
    {
        double low = g.Draw.Of(0, -1, g.Draw.Real(-2, 0)), high = g.Draw.Of(1, 6, g.Draw.Real(0.25, 3));
        foreach (string type in (string[])[first, second]) g.OpEither(type, g.Constants.Scalar(type == "Max" ? low : high));
        return z => Math.Clamp(z, low, high);
    }

    /// <summary>z + 3, from 0 to 6.</summary>
    private static void Shifted(GraphDraft g)
    {
        g.OpEither("Add", g.Constants.Scalar(3));
        if (g.Opset >= 8 && g.Draw.Chance(0.3))
            g.Op("Relu").OpEither("Min", g.Constants.Scalar(6));
        else if (g.Opset < 11)
            g.Op("Clip").With("min", 0f).With("max", 6f);
        else
            g.Op("Clip", g.Constants.Point(0), g.Constants.Point(6));
    }

    private static Func<double, double> HardSwish(GraphDraft g)
    {
        string z = g.Value;
        int form = g.Draw.Between(0, 3);
        Shifted(g);
        if (form == 0) g.Op("Div", g.Constants.Scalar(6));
        if (form == 1) g.OpEither("Mul", g.Constants.Scalar(1f / 6));
        g.OpEither("Mul", z);
        if (form == 2) g.Op("Div", g.Constants.Scalar(6));
        if (form == 3) g.OpEither("Mul", g.Constants.Scalar(1f / 6));
        return ActivationOperators.HardSwish;
    }
}
