namespace FastNN.Tests.Graphs;

/// <summary>Layers: x·W + b in every form.</summary>
internal static class LinearPieces
{
    private const string Microsoft = "com.microsoft";

    /// <summary>Adds a layer. The values of a sample must be on the last axis.</summary>
    internal static void Add(GraphDraft g, int outputs)
    {
        var layer = new LinearLayer(g, outputs);
        if (g.Draw.Rarely(0.03))
            DenseFunctions.Call(g, layer);
        else if (g.Shape.Length == 1 && g.Draw.Chance(0.4))
            Left(g, layer);
        else if (!g.IsMatrix || g.Draw.Chance(0.4))
            Product(g, layer);
        else if (g.Type == TensorTypes.Float && g.Draw.Chance(0.15))
            Fused(g, layer);
        else
            Gemm(g, layer);

        layer.Finish();
        g.Shape = [.. g.Shape[..^1], outputs];
        g.Width = outputs;
        g.IsInput = g.HasZero = false;
    }

    /// <summary>Adds a layer whose input is [n_in, batch]: the graph's input, sample by column.</summary>
    internal static void AddOnColumns(GraphDraft g, int outputs)
    {
        var layer = new LinearLayer(g, outputs);
        Gemm(g, layer, isOnColumns: true);
        g.With("transA", 1);
        layer.Finish();
        g.Shape = [g.Shape[1], outputs];
        g.Width = outputs;
        g.IsInput = false;
    }

    /// <summary>Adds a layer of one output whose weights are a vector: [batch, n] becomes [batch].</summary>
    internal static void AddDot(GraphDraft g)
    {
        var layer = new LinearLayer(g, 1);
        g.Op("MatMul", layer.Vector());
        g.Shape = g.Shape[..^1];
        if (g.Draw.Chance(0.5)) g.OpEither("Add", layer.Bias());
        layer.Finish();
        g.Width = 1;
    }

    private static void Gemm(GraphDraft g, LinearLayer layer, bool isOnColumns = false)
    {
        bool isTransposed = g.Draw.Chance(0.5);
        double alpha = Scale(g), beta = Scale(g);
        string w = layer.Weights(isTransposed, alpha), b = layer.Biases(beta, isNeeded: g.Opset < 11);
        if (b.Length > 0 || g.Draw.Chance(0.2))
            g.Op("Gemm", w, b);
        else
            g.Op("Gemm", w);
        WriteGemm(g, isTransposed, alpha, beta, isOnColumns);
    }

    private static void WriteGemm(GraphDraft g, bool isTransposed, double alpha, double beta, bool isOnColumns = false)
    {
        if (isTransposed)
            g.With("transB", 1);
        else
            g.WithDefault("transB", 0);
        if (!isOnColumns) g.WithDefault("transA", 0);
        if (alpha != 1)
            g.With("alpha", alpha);
        else
            g.WithDefault("alpha", 1f);
        if (beta != 1)
            g.With("beta", beta);
        else
            g.WithDefault("beta", 1f);
    }

    private static double Scale(GraphDraft g) => g.Draw.Chance(0.8) ? 1 : g.Draw.IsCoarse ? g.Draw.Of(0.5, 2) : g.Draw.Factor();

    /// <summary>x·W, and the biases in a node of their own, if there are any.</summary>
    private static void Product(GraphDraft g, LinearLayer layer)
    {
        bool isFused = g.Type == TensorTypes.Float && g.Shape.Length > 1 && g.Draw.Chance(0.1);
        bool isTransposed = isFused && g.Draw.Chance(0.5);
        double alpha = isFused ? Scale(g) : 1;
        string w = layer.Weights(isTransposed, alpha);
        g.Op(isFused ? "FusedMatMul" : "MatMul", w);
        if (isFused)
        {
            g.InDomain(Microsoft).With("alpha", alpha);
            if (isTransposed) g.With("transB", 1);
        }

        AddBiases(g, layer);
    }

    private static void AddBiases(GraphDraft g, LinearLayer layer)
    {
        string b = layer.Biases(1, isNeeded: false);
        if (b.Length > 0) g.OpEither(g.Opset >= 8 && g.Draw.Chance(0.05) ? "Sum" : "Add", b);
    }

    /// <summary>W·x of one sample, a vector.</summary>
    private static void Left(GraphDraft g, LinearLayer layer)
    {
        g.Value = g.Node("MatMul", layer.Weights(isTransposed: true, 1), g.Value);
        AddBiases(g, layer);
    }

    /// <summary>Gemm and its activation in one node, as ONNX Runtime writes it.</summary>
    private static void Fused(GraphDraft g, LinearLayer layer)
    {
        bool isTransposed = g.Draw.Chance(0.5);
        double alpha = Scale(g), beta = Scale(g), slope = g.Draw.Real(0.01, 0.5);
        g.Op("FusedGemm", layer.Weights(isTransposed, alpha), layer.Biases(beta, isNeeded: true)).InDomain(Microsoft);
        WriteGemm(g, isTransposed, alpha, beta);
        (string name, Func<double, double> f) = g.Draw.Of<(string, Func<double, double>)>(
            ("Relu", z => Math.Max(0, z)), ("Sigmoid", ActivationPieces.Sigmoid), ("Tanh", Math.Tanh),
            ("LeakyRelu", z => z > 0 ? z : slope * z), ("Elu", z => z > 0 ? z : slope * double.ExpM1(z)));
        g.With("activation", name);
        if (name is "LeakyRelu" or "Elu") g.With("activation_alpha", slope);
        layer.Activation = f;
    }
}
