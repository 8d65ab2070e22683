namespace FastNN.Tests.Odd;

/// <summary>Activations, and formulas that look like one but have other constants, signs or arguments.</summary>
internal static class OddFormulas
{
    internal static Action<OddGraph>[] All { get; } =
    [
        g => g.Op(g.Draw.Of("Relu", "Tanh", "Sigmoid", "Softplus", "Softsign", "Selu", "HardSwish")),
        g => g.Op(g.Draw.Of("Neg", "Identity", "Abs", "Exp", "Sqrt")),
        g => WithAlpha(g, g.Draw.Of("LeakyRelu", "Elu", "ThresholdedRelu", "Celu")),
        g =>
        {
            g.Op("HardSigmoid");
            g.Builder.With("alpha", (float)Number(g)).With("beta", (float)Number(g));
        },
        g =>
        {
            g.Op("Selu");
            g.Builder.With("alpha", (float)g.Draw.Of(1.6732632, 1.5, 0)).With("gamma", (float)g.Draw.Of(1.050701, 1, -1));
        },
        g => g.Op("Clip", g.Scalar(Number(g)), g.Scalar(Number(g))),
        g => g.Op("Clip", g.Draw.Chance(0.5) ? "" : g.Scalar(Number(g))),
        Extremes,
        Limits,
        Gate,
        HardGate,
        Fraction,
        Logistic,
        Logarithm,
        ErrorFunction,
        Mish,
    ];

    private static double Number(OddGraph g) => g.Draw.Of(0, 1, -1, 0.5, 2, 3, 6, 1.702, 1.0 / 6, g.Draw.Real(-2, 2));

    /// <summary>a·z + b, or z, in any order. Sometimes a differs from value to value.</summary>
    private static string Near(OddGraph g, string z)
    {
        string result = z;
        bool hasRow = g.Rank > 0 && g.Draw.Chance(0.2);
        if (g.Draw.Chance(0.4)) result = g.Either("Mul", result, hasRow ? g.Constant(g.Shape[^1]) : g.Scalar(Number(g)));
        if (g.Draw.Chance(0.3)) result = g.Either(g.Draw.Of("Add", "Sub"), result, g.Scalar(Number(g)));
        if (g.Draw.Chance(0.1)) result = g.Node("Neg", result);
        return result;
    }

    private static void WithAlpha(OddGraph g, string type)
    {
        double alpha = Number(g);
        g.Op(type);
        g.Builder.With("alpha", (float)(type == "Celu" && alpha == 0 ? 1 : alpha));
    }

    /// <summary>The larger or smaller of two straight lines.</summary>
    private static void Extremes(OddGraph g)
    {
        string z = g.Value, a = Near(g, z), b = Near(g, z);
        g.Set(g.Node(g.Draw.Of("Max", "Min"), a, b), g.Shape);
    }

    private static void Limits(OddGraph g)
    {
        g.Set(Near(g, g.Value), g.Shape);
        g.Set(g.Either(g.Draw.Of("Max", "Min"), g.Value, g.Scalar(Number(g))), g.Shape);
        g.Set(g.Either(g.Draw.Of("Max", "Min"), g.Value, g.Scalar(Number(g))), g.Shape);
    }

    /// <summary>z·f(z), or nearly.</summary>
    private static void Gate(OddGraph g)
    {
        (string other, long[] shape) = g.Earlier();
        string z = g.Value, gate = g.Draw.Chance(0.3) && shape.SequenceEqual(g.Shape) ? other : z;
        string inner = g.Node(g.Draw.Of("Sigmoid", "Tanh", "Sigmoid", "Relu"), Near(g, gate));
        g.Set(g.Either("Mul", Near(g, z), Near(g, inner)), g.Shape);
    }

    private static void HardGate(OddGraph g)
    {
        string z = g.Value, low = g.Scalar(g.Draw.Of(0, 0, -1)), high = g.Scalar(g.Draw.Of(6, 6, 1, 3));
        string shifted = g.Either("Add", z, g.Scalar(g.Draw.Of(3, 3, 2, -3))), clipped = g.Node("Clip", shifted, low, high);
        string product = g.Draw.Chance(0.6) ? g.Either("Mul", z, clipped) : clipped;
        g.Set(g.Node("Div", product, g.Scalar(g.Draw.Of(6, 6, 3, -6))), g.Shape);
    }

    /// <summary>z/(1 + |z|), or nearly.</summary>
    private static void Fraction(OddGraph g)
    {
        string z = g.Value, divisor = g.Either("Add", g.Node("Abs", Near(g, z)), g.Scalar(g.Draw.Of(1, 1, 2)));
        g.Set(g.Node("Div", Near(g, z), divisor), g.Shape);
    }

    /// <summary>a/(b + exp(c·z)), or nearly.</summary>
    private static void Logistic(OddGraph g)
    {
        string z = g.Value, power = g.Node("Exp", g.Draw.Chance(0.5) ? g.Node("Neg", z) : Near(g, z));
        string divisor = g.Either("Add", power, g.Scalar(g.Draw.Of(1, 1, 2)));
        string top = g.Draw.Chance(0.5) ? g.Scalar(Number(g)) : Near(g, z);
        g.Set(g.Draw.Chance(0.3) ? g.Node("Reciprocal", divisor) : g.Node("Div", top, divisor), g.Shape);
    }

    private static void Logarithm(OddGraph g)
    {
        string power = g.Node("Exp", Near(g, g.Value)), sum = g.Either("Add", power, g.Scalar(g.Draw.Of(1, 1, 2, 0.5)));
        g.Set(Near(g, g.Node("Log", sum)), g.Shape);
    }

    /// <summary>z·(1 + erf(z/√2))/2 or the form with tanh, or nearly.</summary>
    private static void ErrorFunction(OddGraph g)
    {
        string z = g.Value, argument = z;
        bool isTanh = g.Draw.Chance(0.5);
        if (isTanh)
        {
            string cube = g.Node("Pow", z, g.Scalar(g.Draw.Of(3, 3, 3, 2)));
            argument = g.Either("Add", z, g.Either("Mul", cube, g.Scalar(g.Draw.Of(0.044715, 0.044715, 0.05))));
        }

        double factor = isTanh ? g.Draw.Of(0.7978845608, 0.7978845608, 0.8) : g.Draw.Of(0.70710678, 0.70710678, 0.7, 1);
        string curve = g.Node(isTanh ? "Tanh" : "Erf", g.Either("Mul", argument, g.Scalar(factor)));
        string sum = g.Either("Add", curve, g.Scalar(g.Draw.Of(1, 1, 1, -1, 2)));
        string half = g.Either("Mul", g.Draw.Chance(0.8) ? z : Near(g, z), g.Scalar(g.Draw.Of(0.5, 0.5, 1)));
        g.Set(g.Either("Mul", half, sum), g.Shape);
    }

    private static void Mish(OddGraph g)
    {
        string z = g.Value, curve = g.Node("Tanh", Near(g, g.Node("Softplus", Near(g, z))));
        g.Set(g.Either("Mul", Near(g, z), curve), g.Shape);
    }
}
