namespace FastNN.Tests.Graphs;

/// <summary>Operators that no network of FastNN has, and places where one may not be.</summary>
internal static class RefusedOperators
{
    internal static Action<GraphDraft>[] All { get; } =
    [
        .. ((string[])["Sin", "Cos", "Atan", "Floor", "Ceil", "Sqrt"]).Select(type => Node(type, g => g.Op(type))),
        Node("Sign", g => g.Op("Sign"), since: 9),
        Node("LogSoftmax", g => g.Op("LogSoftmax").With("axis", 1)),
        Node("Hardmax", g => g.Op("Hardmax").With("axis", 1)),
        Node("LeakyRelu of several slopes", g => g.Op("PRelu", g.Constants.Plain(g.Type, SomeSlopes(g), g.Width))),
        Node("a square", g => g.Op("Pow", g.Constants.Number(2))),
        Node("a product of a value with itself", g => g.Op("Mul", g.Value)),
        Node("a jump", g => g.Op("ThresholdedRelu").With("alpha", 0.5f), since: 10),
        Node("sums of the values before", g => g.Op("CumSum", g.Constants.Integer(1)), since: 11),
        Node("random dropout", g => g.Op("Dropout", g.Constants.Plain(g.Type, [0.5]), Always(g)), since: 12),
        Convolution,
        Recurrence,
        Quantised,
        Rounded,
        SoftmaxOverSamples,
    ];

    /// <summary>A softmax before another layer.</summary>
    internal static void SoftmaxInTheMiddle(GraphDraft g)
    {
        g.Op("Softmax").With("axis", 1);
        g.Plant("a softmax before another layer");
    }

    internal static void AffineBehindSoftmax(GraphDraft g)
    {
        LinearPieces.Add(g, 3);
        ShapePieces.ToMatrix(g);
        g.Op("Softmax").With("axis", 1);
        string softmax = g.Last.Name = g.Name("softmax");
        g.OpEither("Mul", g.Constants.Scalar(g.Draw.Factor()));
        g.Plant("an affine step behind softmax", softmax);
    }

    /// <summary>A node that is at fault. In older opsets it is Sin.</summary>
    private static Action<GraphDraft> Node(string feature, Action<GraphDraft> write, int since = 7) => g =>
    {
        if (g.Opset >= since)
            write(g);
        else
            g.Op("Sin");
        g.Plant(g.Opset >= since ? feature : "Sin");
    };

    private static string Always(GraphDraft g) => g.Constants.Plain(TensorTypes.Boolean, [1]);

    private static double[] SomeSlopes(GraphDraft g) => [0.5, .. g.Draw.Reals(g.Width - 1, -0.25, 0.25)];

    /// <summary>With one sample, it could be a softmax over the values.</summary>
    private static void SoftmaxOverSamples(GraphDraft g)
    {
        bool isOpen = g.Shape[0] == GraphDraft.Batch;
        g.Op(isOpen ? "Softmax" : "Hardmax").With("axis", isOpen ? 0 : 1);
        g.Plant("softmax over the samples");
    }

    private static void Recurrence(GraphDraft g)
    {
        int hidden = g.Draw.Between(1, 4), n = g.Width;
        string type = g.Draw.Of("RNN", "GRU", "LSTM");
        int gates = type switch { "RNN" => 1, "GRU" => 3, _ => 4 };
        g.Value = OpsetForms.Unsqueeze(g, g.Value, 0);
        string w = g.Constants.Plain(g.Type, g.Draw.Reals(gates * hidden * n, -1, 1), 1, gates * hidden, n);
        g.Op(type, w, g.Constants.Plain(g.Type, g.Draw.Reals(gates * hidden * hidden, -1, 1), 1, gates * hidden, hidden));
        g.With("hidden_size", hidden).Plant("recurrence");
        g.Value = OpsetForms.Squeeze(g, g.Value, 0, 1);
        (g.Width, g.Shape) = (hidden, [g.Shape[0], hidden]);
    }

    /// <summary>To integers and back. The message may blame either node.</summary>
    private static void Quantised(GraphDraft g)
    {
        if (g.Opset < 10)
        {
            Rounded(g);
            return;
        }

        string scale = g.Constants.Plain(g.Type, [0.0625]), zero = g.Constants.Plain(TensorTypes.Byte, [100]);
        string integers = g.Node("QuantizeLinear", g.Value, scale, zero), first = g.Last.Name = g.Name("quantise");
        g.Value = g.Node("DequantizeLinear", integers, scale, zero);
        g.Plant("quantised values", first);
    }

    private static void Rounded(GraphDraft g)
    {
        string integers = g.Node("Cast", g.Value), first = g.Last.Name = g.Name("round");
        g.With("to", TensorTypes.Integer32);
        g.Value = g.Node("Cast", integers);
        g.With("to", g.Type);
        g.Plant("a cast to integers", first);
    }

    private static void Convolution(GraphDraft g)
    {
        long samples = g.Shape[0];
        g.Value = OpsetForms.Unsqueeze(g, g.Value, 1);
        g.Op("Conv", g.Constants.Plain(g.Type, g.Draw.Reals(3, -1, 1), 1, 1, 3)).With("pads", new long[] { 1, 1 });
        g.Plant("a convolution");
        g.Shape = [samples, 1, g.Width];
    }
}
