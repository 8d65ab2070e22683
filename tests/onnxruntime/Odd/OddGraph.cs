using FastNN.Onnx.Schema;
using FastNN.Tests.Graphs;
using FastNN.Tests.Onnx;

namespace FastNN.Tests.Odd;

/// <summary>
/// A random graph that nobody has in mind: operators on values of any shape, and formulas that are almost activations. FastNN may refuse
/// it. If FastNN loads it, the results must be right.
/// </summary>
internal sealed class OddGraph
{
    private const int MostSteps = 7;

    private static readonly Action<OddGraph>[] s_steps =
        [.. OddProducts.All, .. OddProducts.All, .. OddShapes.All, .. OddOperands.All, .. OddFormulas.All, .. OddFormulas.All];

    /// <summary>What networks have. Graphs of these and few others are the likeliest to load.</summary>
    private static readonly Action<OddGraph>[] s_calm =
    [
        OddProducts.Right,
        g => g.Op(g.Draw.Of("Relu", "Tanh", "Sigmoid", "Neg")),
        g => g.Set(g.Either(g.Draw.Of("Add", "Mul"), g.Value, g.Constant()), g.Shape),
    ];

    private readonly List<(string Name, long[] Shape)> _values = [];

    private OddGraph(int seed)
    {
        (Seed, Draw) = (seed, new Draw(seed));
        Samples = Draw.Between(1, 3);
        long[] shape = DrawShape();
        IsOpen = shape.Length > 1 && Draw.Chance(0.6);
        InputShape = shape;
        Builder = new OnnxBuilder([.. shape.Select((length, axis) => axis == 0 && IsOpen ? "batch" : (object)length)]);
        Builder.Opset(Draw.Of(13, 15));
        Set("x", shape);
        bool isCalm = Draw.Chance(0.5);
        for (int k = Draw.Between(1, MostSteps); k > 0; k--) Draw.Of(isCalm && Draw.Chance(0.7) ? s_calm : s_steps)(this);
        if (Value == "x") Set(Builder.Node("Identity", Value).Value, Shape);
        Builder.Value = Value;
        Bytes = Builder.ToBytes();
    }

    internal int Seed { get; }

    internal Draw Draw { get; }

    internal OnnxBuilder Builder { get; }

    /// <summary>The first length of the input, while the graph is built.</summary>
    internal int Samples { get; }

    /// <summary>Whether the first length of the input may be another.</summary>
    internal bool IsOpen { get; }

    /// <summary>Whether a Gemm may read the input as [n, batch].</summary>
    internal bool HasColumns => Model.Graph.Node.Any(
        node => node.OpType == "Gemm" && node.Attribute.Any(attribute => attribute is { Name: "transA", I: 1 }));

    internal long[] InputShape { get; }

    internal byte[] Bytes { get; }

    internal ModelProto Model => Builder.Model;

    /// <summary>The value that the next step reads: mostly the last.</summary>
    internal string Value => _values[^1].Name;

    internal long[] Shape => _values[^1].Shape;

    internal int Rank => Shape.Length;

    internal static OddGraph Create(int seed) => new(seed);

    /// <summary>Sets the value that the next step reads.</summary>
    internal void Set(string name, long[] shape) => _values.Add((name, shape));

    /// <summary>Adds a node whose result is the next value. Its shape is that of the value.</summary>
    internal void Op(string type, params ReadOnlySpan<string> others) => Set(Node(type, [Value, .. others]), Shape);

    internal string Node(string type, params ReadOnlySpan<string> inputs) => Builder.Node(type, inputs.ToArray()).Value;

    /// <summary>The value and a constant in one of both orders.</summary>
    internal string Either(string type, string a, string b) => Draw.Chance(0.5) ? Node(type, a, b) : Node(type, b, a);

    internal string Constant(params long[] shape)
    {
        long count = shape.Aggregate(1L, (product, length) => product * length);
        double[] values = Draw.Chance(0.2) ? Same(count) : Draw.Reals((int)count, -1.5, 1.5);
        return Builder.Raw(Array.ConvertAll(values, value => (float)value), shape);
    }

    internal string Scalar(double value) => Builder.Raw([(float)value]);

    /// <summary>A value from before, of any shape.</summary>
    internal (string Name, long[] Shape) Earlier() => _values[Draw.Between(0, _values.Count - 1)];

    private double[] Same(long count)
    {
        var values = new double[count];
        Array.Fill(values, Draw.Of(0, 1, -1, 0.5, 2));
        return values;
    }

    private long[] DrawShape()
    {
        int a = Draw.Between(1, 4), b = Draw.Between(1, 4);
        return Draw.Of<long[]>([Samples, a], [Samples, a], [Samples, a], [a], [Samples, 1, a], [Samples, a, b], [Samples, a, 1]);
    }
}
