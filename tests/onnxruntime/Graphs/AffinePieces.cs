namespace FastNN.Tests.Graphs;

/// <summary>Steps x·a + c of each value by itself: standardisation, scales, batch normalisation.</summary>
internal static class AffinePieces
{
    /// <summary>Adds one to three steps.</summary>
    internal static void Add(GraphDraft g)
    {
        for (int k = g.Draw.Of(1, 1, 2, 2, 3); k > 0; k--) AddOne(g);
    }

    private static void AddOne(GraphDraft g)
    {
        switch (g.Draw.Between(0, 13))
        {
            case 0 when g.IsMatrix && !g.Draw.IsCoarse:
                BatchNormalization(g);
                break;
            case 1 when g.IsMatrix && g.Type == TensorTypes.Float:
                Scaler(g);
                break;
            case 2:
                Uniform(g, -1, 0, () => g.Op("Neg"));
                break;
            case 3:
                string x = g.Value;
                Uniform(g, 2, 0, () => g.Op(g.Draw.Of("Add", "Sum"), x));
                break;
            case 4 or 5 when !g.Draw.IsCoarse:
                Divide(g);
                break;
            case 6 or 7 or 8:
                Multiply(g);
                break;
            case 9 or 10:
                SubtractFrom(g);
                break;
            default:
                AddOrSubtract(g);
                break;
        }
    }

    /// <summary>A step that is the same for all values.</summary>
    private static void Uniform(GraphDraft g, double factor, double shift, Action write)
    {
        write();
        g.Meaning.Affine(Same(g, factor), Same(g, shift));
    }

    private static void Multiply(GraphDraft g)
    {
        (string constant, double[] factor) = Operand(g, () => Factor(g), mayBeZero: true);
        g.OpEither("Mul", constant);
        g.Meaning.Affine(factor, Same(g, 0));
    }

    /// <summary>What one may multiply with: sometimes far from 1.</summary>
    private static double Factor(GraphDraft g) =>
        g.Draw.IsCoarse ? g.Draw.Of(0.5, 2, 1.25) : g.Draw.Rarely(0.02) ? g.Draw.Of(1f / 255, 8) : g.Draw.Factor();

    private static void Divide(GraphDraft g)
    {
        (string constant, double[] divisor) = Operand(g, () => g.Draw.Rarely(0.03) ? 255 : g.Draw.Factor());
        g.Op("Div", constant);
        g.Meaning.Affine(Array.ConvertAll(divisor, value => 1 / value), Same(g, 0));
    }

    private static void AddOrSubtract(GraphDraft g)
    {
        (string constant, double[] shift) = Operand(g, () => g.Draw.Real(-2, 2));
        bool isMinus = g.Draw.Chance(0.5);
        if (isMinus)
            g.Op("Sub", constant);
        else
            g.OpEither(g.Opset >= 8 && g.Draw.Chance(0.1) ? "Sum" : "Add", constant);
        g.Meaning.Affine(Same(g, 1), isMinus ? Array.ConvertAll(shift, value => -value) : shift);
    }

    /// <summary>c − x.</summary>
    private static void SubtractFrom(GraphDraft g)
    {
        (string constant, double[] shift) = Operand(g, () => g.Draw.Real(-2, 2));
        g.Value = g.Node("Sub", constant, g.Value);
        g.Meaning.Affine(Same(g, -1), shift);
    }

    /// <summary>One number for all values, or one for each. In a row, one may be 0.</summary>
    private static (string Name, double[] Values) Operand(GraphDraft g, Func<double> draw, bool mayBeZero = false)
    {
        if (!g.IsRow || g.Draw.Chance(0.5))
        {
            double value = draw();
            return (g.Constants.Scalar(value), Same(g, value));
        }

        double[] values = [.. Enumerable.Range(0, g.Width).Select(_ => draw())];
        if (mayBeZero && g.Width > 1 && g.Draw.Rarely(0.05))
        {
            values[g.Draw.Between(0, g.Width - 1)] = 0;
            g.HasZero = true;
        }

        return (g.Constants.RowThatMayRaise(values), values);
    }

    private static void BatchNormalization(GraphDraft g)
    {
        int n = g.Width;
        double[] scale = g.Draw.Factors(n), shift = g.Draw.Reals(n, -1, 1);
        double[] mean = g.Draw.Reals(n, -1, 1), variance = g.Draw.Reals(n, 0.25, 4);
        float epsilon = g.Draw.Of(1e-5f, 1e-3f);
        g.Op("BatchNormalization", Array.ConvertAll<double[], string>([scale, shift, mean, variance], g.Constants.Vector));
        if (epsilon == 1e-5f)
            g.WithDefault("epsilon", epsilon);
        else
            g.With("epsilon", epsilon);
        g.WithDefault("momentum", 0.9f);
        if (g.Opset >= 14) g.WithDefault("training_mode", 0);
        double[] factor = [.. scale.Zip(variance, (s, v) => s / Math.Sqrt(v + epsilon))];
        double[] product = [.. factor.Zip(mean, (a, m) => a * m)];
        g.Meaning.Affine(
            factor, [.. shift.Zip(product, (b, p) => b - p)], [.. shift.Zip(product, (b, p) => Math.Abs(b) + Math.Abs(p))]);
    }

    /// <summary>(x − offset)·scale, with one number or one for each value.</summary>
    private static void Scaler(GraphDraft g)
    {
        int count = g.Draw.Chance(0.2) ? 1 : g.Width;
        double[] offset = g.Draw.Reals(count, -1, 1), scale = g.Draw.Factors(count);
        g.Op("Scaler").InDomain("ai.onnx.ml");
        g.With("offset", Array.ConvertAll(offset, value => (float)value)).With("scale", Array.ConvertAll(scale, value => (float)value));
        double[] factor = count == 1 ? Same(g, scale[0]) : scale;
        g.Meaning.Affine(factor, [.. factor.Select((a, k) => -a * offset[count == 1 ? 0 : k])]);
    }

    private static double[] Same(GraphDraft g, double value)
    {
        var values = new double[g.Width];
        Array.Fill(values, value);
        return values;
    }
}
