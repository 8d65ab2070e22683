namespace FastNN.Tests.Graphs;

/// <summary>GELU by erf, by tanh and by σ(1.702·z).</summary>
internal static class GeluActivations
{
    private const string Microsoft = "com.microsoft";
    private const double Cubic = 0.044715, RootOfTwoByPi = 0.79788456080286535588;

    internal static ActivationForm[] All { get; } =
    [
        new("Gelu", g =>
        {
            g.Op("Gelu").WithDefault("approximate", "none");
            return Gelu;
        }) { Since = 20 },
        new("Gelu, tanh", g =>
        {
            g.Op("Gelu").With("approximate", "tanh");
            return GeluTanh;
        }) { Since = 20 },
        new("Gelu of Microsoft", g => InMicrosoft(g, "Gelu", Gelu)),
        new("BiasGelu of Microsoft", g => WithBiases(g, "BiasGelu", Gelu)) { NeedsRow = true },
        new("FastGelu of Microsoft with biases", g => WithBiases(g, "FastGelu", GeluTanh)) { NeedsRow = true },
        new("FastGelu of Microsoft", g => InMicrosoft(g, "FastGelu", GeluTanh)),
        new("QuickGelu of Microsoft", g =>
        {
            g.Op("QuickGelu").InDomain(Microsoft).WithDefault("alpha", 1.702f);
            return QuickGelu;
        }),
        new("z·σ(1.702·z)", g =>
        {
            string z = g.Value;
            g.OpEither("Mul", g.Constants.Scalar(1.702f)).Op("Sigmoid").OpEither("Mul", z);
            return QuickGelu;
        }),
        new("z·(1 + erf(z/√2))/2", WriteErf) { Since = 9 },
        new("z·(1 + tanh(…))/2", WriteTanh),
    ];

    private static Func<double, double> InMicrosoft(GraphDraft g, string type, Func<double, double> f)
    {
        g.Op(type).InDomain(Microsoft);
        return f;
    }

    private static Func<double, double> WithBiases(GraphDraft g, string type, Func<double, double> f)
    {
        double[] biases = g.Draw.Reals(g.Width, -1, 1), ones = new double[g.Width];
        Array.Fill(ones, 1);
        g.Op(type, g.Constants.Vector(biases)).InDomain(Microsoft);
        g.Meaning.Affine(ones, biases);
        return f;
    }

    private static double QuickGelu(double z) => z * ActivationPieces.Sigmoid(1.702 * z);

    private static double GeluTanh(double z) => z * ActivationPieces.Sigmoid(2 * RootOfTwoByPi * (z + Cubic * z * z * z));

    private static double Gelu(double z) => z * NormalDistribution(z);

    private static Func<double, double> WriteErf(GraphDraft g)
    {
        string z = g.Value;
        if (g.Draw.Chance(0.5))
            g.Op("Div", g.Constants.Scalar((float)Math.Sqrt(2)));
        else
            g.OpEither("Mul", g.Constants.Scalar((float)Math.Sqrt(0.5)));
        g.Op("Erf");
        Halve(g, z);
        return Gelu;
    }

    private static Func<double, double> WriteTanh(GraphDraft g)
    {
        string z = g.Value;
        WriteCube(g, z);
        if (g.Draw.Chance(0.7))
        {
            g.OpEither("Mul", g.Constants.Scalar((float)Cubic)).OpEither("Add", z);
            g.OpEither("Mul", g.Constants.Scalar((float)RootOfTwoByPi));
        }
        else
        {
            string straight = g.Either("Mul", z, g.Constants.Scalar((float)RootOfTwoByPi));
            g.OpEither("Mul", g.Constants.Scalar((float)(Cubic * RootOfTwoByPi))).OpEither("Add", straight);
        }

        g.Op("Tanh");
        Halve(g, z);
        return GeluTanh;
    }

    private static void WriteCube(GraphDraft g, string z)
    {
        if (g.Draw.Chance(0.5))
            g.Op("Pow", g.Constants.Number(3));
        else
            g.Op("Mul", z).OpEither("Mul", z);
    }

    /// <summary>Of t, the value: z·(1 + t)/2, in several orders.</summary>
    private static void Halve(GraphDraft g, string z)
    {
        switch (g.Draw.Between(0, 2))
        {
            case 0:
                SmoothActivations.AddAndHalve(g);
                g.OpEither("Mul", z);
                break;
            case 1:
                string half = g.Draw.Chance(0.5) ? g.Either("Mul", z, g.Constants.Scalar(0.5)) : g.Node("Div", z, g.Constants.Scalar(2));
                g.OpEither("Add", g.Constants.Scalar(1)).OpEither("Mul", half);
                break;
            default:
                g.OpEither("Add", g.Constants.Scalar(1)).OpEither("Mul", z).OpEither("Mul", g.Constants.Scalar(0.5));
                break;
        }
    }

    /// <summary>Φ(z), by its series for small |z| and by a continued fraction for large.</summary>
    private static double NormalDistribution(double z)
    {
        double density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI), size = Math.Abs(z);
        if (size < 4)
        {
            double sum = size, term = size;
            for (int k = 3; term > 1e-18; k += 2) sum += term *= size * size / k;
            return z < 0 ? 0.5 - density * sum : 0.5 + density * sum;
        }

        double fraction = size;
        for (int k = 60; k > 0; k--) fraction = size + k / fraction;
        return z < 0 ? density / fraction : 1 - density / fraction;
    }
}
