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

    /// <summary>Every input: its name, its type, and its shape with <see cref="GraphDraft.Batch"/> for the samples.</summary>
    internal List<(string Name, int Type, long[] Shape)> Inputs { get; } = [];

    /// <summary>Adds the input of the network, and casts it.</summary>
    internal void Begin()
    {
        Width = g.Width = g.Draw.Chance(0.1) ? 1 : g.Draw.Between(2, 9);
        IsColumns = g.Draw.Chance(0.02);
        bool isOne = !IsColumns && g.Draw.Chance(0.05);
        long samples = GraphDraft.Batch;
        if (!isOne && g.Draw.Chance(0.2)) samples = g.Draw.Of(1, 3);
        if (isOne || samples > 0) Batches = [isOne ? 1 : (int)samples];
        g.Shape = isOne ? [Width] : IsColumns ? [Width, samples] : DrawShape(samples);

        _inputType = DrawType();
        Inputs.Add((Input, _inputType, g.Shape));
        bool hasShape = !g.IsMatrix || g.Draw.Chance(0.9);
        g.Graph.Input.Add(Describe(Input, _inputType, hasShape ? g.Shape : null));
        if (_inputType != g.Type) g.Op("Cast").With("to", g.Type);
    }

    /// <summary>Adds the output of the network, and other inputs and outputs.</summary>
    internal void Finish()
    {
        bool isLabelled = g.Planted == null && g.IsRow && g.Width > 1 && g.Draw.Chance(0.05);
        string last = g.Value;
        EndShape();
        int type = _inputType != g.Type && g.Draw.Chance(0.7) ? _inputType : DrawType();
        if (type != g.Type) g.Op("Cast").With("to", type);
        if (g.Value == last && isLabelled) g.Op("Identity");
        Rename(g.Value, Output);
        g.Value = Output;
        _outputs.Add(Describe(Output, type, g.Draw.Chance(0.7) ? g.Shape : null));
        if (g.SecondHead != null) _outputs.Add(Describe(g.SecondHead, g.Type, null));
        if (isLabelled) AddLabel(last);
        if (g.Draw.Chance(0.05)) AddPassed();
        if (g.Draw.Chance(0.05)) AddConstant();
        if (g.Draw.Chance(0.03)) AddInput(g.Draw.Of(TensorTypes.Float, TensorTypes.Integer64), [GraphDraft.Batch, 2]);
        Span<ValueInfoProto> outputs = _outputs.ToArray();
        g.Draw.Shuffle(outputs);
        g.Graph.Output.Add(outputs.ToArray());
    }

    private int DrawType()
    {
        int type = g.Type == TensorTypes.Float && !g.Draw.Chance(0.03) ? TensorTypes.Float
            : g.Type == TensorTypes.Half && g.Draw.Chance(0.3) ? TensorTypes.Half
            : g.Draw.Of(TensorTypes.Float, TensorTypes.Double);
        HasHalf |= type == TensorTypes.Half;
        return type;
    }

    private long[] DrawShape(long samples)
    {
        if (g.Draw.Chance(0.8)) return [samples, Width];

        int[] divisors = [.. Enumerable.Range(1, Width).Where(divisor => Width % divisor == 0)];
        int rows = g.Draw.Of(divisors);
        return g.Draw.Of<long[]>([samples, 1, Width], [samples, Width, 1], [samples, rows, Width / rows]);
    }

    private void EndShape()
    {
        if (g.Shape.Length < 2 || g.Planted != null || !g.Draw.Chance(0.2)) return;

        if (g.Width == 1 && g.IsMatrix)
            ShapePieces.ToVector(g);
        else
            ShapePieces.Rearrange(g);
    }

    /// <summary>The most probable class.</summary>
    private void AddLabel(string probabilities)
    {
        string label = g.Node("ArgMax", probabilities);
        g.With("axis", g.Draw.Of(-1, g.Shape.Length == 1 ? -1 : 1)).With("keepdims", g.Draw.Of(0, 1));
        if (g.Draw.Chance(0.3))
        {
            label = g.Node("Cast", label);
            g.With("to", TensorTypes.Float);
            _outputs.Add(Describe(label, TensorTypes.Float, null));
            return;
        }

        _outputs.Add(Describe(label, TensorTypes.Integer64, null));
    }

    private void AddPassed()
    {
        int type = g.Draw.Of(TensorTypes.Float, TensorTypes.Integer64);
        string source = g.Draw.Chance(0.7) ? AddInput(type, [GraphDraft.Batch]) : Input;
        if (source == Input) type = _inputType;
        string passed = g.Node("Identity", source);
        _outputs.Add(Describe(passed, type, null));
    }

    private void AddConstant()
    {
        string value = g.Constants.Plain(TensorTypes.Float, [g.Draw.Between(1, 9)], 1);
        if (g.Draw.Chance(0.5)) value = g.Node("Identity", value);
        _outputs.Add(Describe(value, TensorTypes.Float, null));
    }

    private string AddInput(int type, long[] shape)
    {
        string name = g.Name("state");
        Inputs.Add((name, type, shape));
        g.Graph.Input.Insert(g.Draw.Between(0, 1), Describe(name, type, shape));
        return name;
    }

    /// <summary>Dimensions of unknown length have a name, or none, or −1.</summary>
    private ValueInfoProto Describe(string name, int type, long[]? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = type, Shape = shape == null ? null : new TensorShapeProto() };
        foreach (long length in shape ?? [])
        {
            tensor.Shape!.Dim.Add(length != GraphDraft.Batch
                ? new TensorShapeProto.Types.Dimension { DimValue = length }
                : g.Draw.Between(0, 3) switch
                {
                    0 => new TensorShapeProto.Types.Dimension(),
                    1 => new TensorShapeProto.Types.Dimension { DimValue = -1 },
                    _ => new TensorShapeProto.Types.Dimension { DimParam = "batch" },
                });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
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
