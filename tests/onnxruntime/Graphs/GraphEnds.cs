using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>The inputs and outputs of a graph: those of the network, and others beside them.</summary>
internal sealed class GraphEnds(GraphDraft g)
{
    internal const string Input = "x", Output = "y";

    private readonly List<ValueInfoProto> _outputs = [];

    private int _inputType;

    /// <summary>Whether the input is [n, batch].</summary>
    internal bool IsColumns { get; private set; }

    /// <summary>Whether an end is FLOAT16.</summary>
    internal bool HasHalf { get; private set; }

    /// <summary>Values of one sample.</summary>
    internal int Width { get; private set; }

    /// <summary>The numbers of samples that the graph takes.</summary>
    internal int[] Batches { get; private set; } = [1, 3];

    /// <summary>Adds the input of the network, and casts it.</summary>
    internal void Begin()
    {
        Width = g.Width = g.Draw.Rarely(0.1) ? 1 : g.Draw.Between(2, 9);
        IsColumns = g.Draw.Rarely(0.02);
        bool isOne = !IsColumns && g.Draw.Rarely(0.05);
        long samples = GraphDraft.Batch;
        if (!isOne && g.Draw.Rarely(0.2)) samples = g.Draw.Of(1, 3);
        if (isOne || samples > 0) Batches = [isOne ? 1 : (int)samples];
        g.Shape = isOne ? [Width] : IsColumns ? [Width, samples] : DrawShape(samples);

        _inputType = DrawType();
        g.AddInput(Input, _inputType, g.Shape);
        if (_inputType != g.Type) g.Op("Cast").With("to", g.Type);
    }

    /// <summary>Adds the output of the network, and other inputs and outputs.</summary>
    internal void Finish()
    {
        bool isLabelled = g.Planted == null && g.IsRow && g.Width > 1 && g.Draw.Rarely(0.05);
        string last = g.Value;
        int rank = g.Shape.Length;
        EndShape(mayScale: !isLabelled);
        int type = _inputType != g.Type && g.Draw.Chance(0.7) ? _inputType : DrawType();
        if (type != g.Type) g.Op("Cast").With("to", type);
        if (g.Value == last && isLabelled) g.Op("Identity");
        Rename(g.Value, Output);
        g.Value = Output;
        _outputs.Add(GraphInput.Describe(g, Output, type, g.Draw.Chance(0.7) ? g.Shape : null));
        if (g.SecondHead != null) _outputs.Add(GraphInput.Describe(g, g.SecondHead, g.Type, null));
        if (isLabelled) _outputs.Add(Labels.Add(g, last, rank));
        if (g.Draw.Rarely(0.05)) AddPassed();
        if (g.Draw.Rarely(0.05)) AddConstant();
        if (g.Draw.Rarely(0.03)) g.AddInput(g.Name("state"), g.Draw.Of(TensorTypes.Float, TensorTypes.Integer64), [GraphDraft.Batch, 2]);
        if (Batches.Length > 1 && g.Draw.Rarely(0.1)) HideShape();
        Span<ValueInfoProto> outputs = _outputs.ToArray();
        g.Draw.Shuffle(outputs);
        g.Graph.Output.Add(outputs.ToArray());
    }

    /// <summary>The input may have no shape if only layers read it, because they say what it must be.</summary>
    private void HideShape()
    {
        bool isOfLayers = g.Graph.Node.Where(node => node.Input.Contains(Input)).All(node => node.OpType is "Gemm" or "FusedGemm");
        if (isOfLayers) g.Graph.Input.Single(input => input.Name == Input).Type.TensorType.Shape = null;
    }

    private int DrawType()
    {
        int type = g.Type == TensorTypes.Float && !g.Draw.Rarely(0.03) ? TensorTypes.Float
            : g.Type == TensorTypes.Half && g.Draw.Chance(0.3) ? TensorTypes.Half
            : g.Draw.Of(TensorTypes.Float, TensorTypes.Double);
        HasHalf |= type == TensorTypes.Half;
        return type;
    }

    private long[] DrawShape(long samples)
    {
        if (!g.Draw.Rarely(0.2)) return [samples, Width];

        int[] divisors = [.. Enumerable.Range(1, Width).Where(divisor => Width % divisor == 0)];
        int rows = g.Draw.Of(divisors);
        return g.Draw.Of<long[]>([samples, 1, Width], [samples, Width, 1], [samples, rows, Width / rows]);
    }

    private void EndShape(bool mayScale)
    {
        if (g.Shape.Length < 2 || g.Planted != null || !g.Draw.Rarely(0.2)) return;

        if (g.Width == 1 && g.IsMatrix)
            ShapePieces.ToVector(g);
        else
            ShapePieces.Rearrange(g);
        if (mayScale && g.CanScale && g.Draw.Rarely(0.1)) AffinePieces.Add(g);
    }

    private void AddPassed()
    {
        int type = g.Draw.Of(TensorTypes.Float, TensorTypes.Integer64);
        string source = g.Draw.Chance(0.7) ? g.AddInput(g.Name("state"), type, [GraphDraft.Batch]) : Input;
        if (source == Input) type = _inputType;
        string passed = g.Node("Identity", source);
        _outputs.Add(GraphInput.Describe(g, passed, type, null));
    }

    private void AddConstant()
    {
        string value = g.Constants.Plain(TensorTypes.Float, [g.Draw.Between(1, 9)], 1);
        switch (g.Draw.Between(0, 3))
        {
            case 0:
                value = g.Node("Identity", value);
                break;
            case 1 when g.Opset >= 9: // one row for each sample, as policies have their deviations
                value = g.Node("Expand", value, g.Node("Shape", g.History[^1]));
                break;
        }

        _outputs.Add(GraphInput.Describe(g, value, TensorTypes.Float, null));
    }

    private void Rename(string old, string name)
    {
        g.History.Remove(old);
        foreach (NodeProto node in g.Graph.Node)
        {
            for (int k = 0; k < node.Input.Count; k++) if (node.Input[k] == old) node.Input[k] = name;
            for (int k = 0; k < node.Output.Count; k++) if (node.Output[k] == old) node.Output[k] = name;
        }
    }
}
