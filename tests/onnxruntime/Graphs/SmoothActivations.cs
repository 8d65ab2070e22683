namespace FastNN.Tests.Graphs;

/// <summary>Activations of exponentials, in several operators.</summary>
internal static class SmoothActivations
{
    internal static ActivationForm[] All { get; } =
    [
        new("1/(1 + exp(−z))", g =>
        {
            Divisor(g);
            if (g.Draw.Chance(0.5))
                g.Op("Reciprocal");
            else
                g.Value = g.Node("Div", g.Constants.Scalar(1), g.Value);
            return ActivationPieces.Sigmoid;
        }) { DoubleSince = 7 },
        new("(1 + tanh(z/2))/2", g =>
        {
            g.OpEither("Mul", g.Constants.Scalar(0.5)).Op("Tanh");
            AddAndHalve(g);
            return ActivationPieces.Sigmoid;
        }) { DoubleSince = 7, HasHalf = true },
        new("2·σ(2·z) − 1", g =>
        {
            g.OpEither("Mul", g.Constants.Scalar(2)).Op("Sigmoid").OpEither("Mul", g.Constants.Scalar(2));
            if (g.Draw.Chance(0.5))
                g.Op("Sub", g.Constants.Scalar(1));
            else
                g.OpEither("Add", g.Constants.Scalar(-1));
            return Math.Tanh;
        }) { DoubleSince = 7 },
        new("log(1 + exp(z))", g =>
        {
            g.Op("Exp").OpEither("Add", g.Constants.Scalar(1)).Op("Log");
            return ActivationPieces.Softplus;
        }) { DoubleSince = 7 },
        new("z/(1 + |z|)", g =>
        {
            string z = g.Value, divisor = g.Op("Abs").OpEither("Add", g.Constants.Scalar(1)).Value;
            g.Value = g.Node("Div", z, divisor);
            return z => z / (1 + Math.Abs(z));
        }) { DoubleSince = 7, HasHalf = true },
        new("z·σ(z)", g =>
        {
            string z = g.Value;
            g.Op("Sigmoid").OpEither("Mul", z);
            return Silu;
        }) { DoubleSince = 7, HasHalf = true },
        new("z/(1 + exp(−z))", g =>
        {
            string z = g.Value;
            Divisor(g);
            g.Value = g.Node("Div", z, g.Value);
            return Silu;
        }) { DoubleSince = 7 },
        new("z·tanh(softplus(z))", g =>
        {
            string z = g.Value;
            g.Op("Softplus").Op("Tanh").OpEither("Mul", z);
            return z => z * Math.Tanh(ActivationPieces.Softplus(z));
        }) { HasHalf = true },
    ];

    internal static double Silu(double z) => z * ActivationPieces.Sigmoid(z);

    /// <summary>(z + 1)/2 in several orders.</summary>
    internal static void AddAndHalve(GraphDraft g)
    {
        switch (g.Draw.Between(0, 2))
        {
            case 0:
                g.OpEither("Add", g.Constants.Scalar(1)).OpEither("Mul", g.Constants.Scalar(0.5));
                break;
            case 1:
                g.OpEither("Mul", g.Constants.Scalar(0.5)).OpEither("Add", g.Constants.Scalar(0.5));
                break;
            default:
                g.OpEither("Add", g.Constants.Scalar(1)).Op("Div", g.Constants.Scalar(2));
                break;
        }
    }

    /// <summary>1 + exp(−z).</summary>
    private static void Divisor(GraphDraft g)
    {
        if (g.Draw.Chance(0.6))
            g.Op("Neg");
        else
            g.OpEither("Mul", g.Constants.Scalar(-1));
        g.Op("Exp").OpEither("Add", g.Constants.Scalar(1));
    }
}
