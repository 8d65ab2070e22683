using FastNN.Onnx.Schema;
using Google.Protobuf;

namespace FastNN.Tests.Graphs;

/// <summary>
/// A graph while it grows. Each piece reads <see cref="Value"/>, adds nodes, and leaves its result there. It tells <see cref="Meaning"/>
/// what the nodes compute.
/// </summary>
internal sealed class GraphDraft
{
    /// <summary>A dimension of unknown length.</summary>
    internal const long Batch = -1;

    private const int LeastOpset = 7, MostOpset = 24;

    private int _names;

    internal GraphDraft(int seed)
    {
        Draw = new Draw(seed);
        Draw.Richness = Draw.Of(0.2, 0.5, 1, 2);
        Opset = Draw.Between(LeastOpset, MostOpset);
        Type = Draw.Rarely(0.08) ? TensorTypes.Double : Draw.Rarely(0.06) ? TensorTypes.Half : TensorTypes.Float;
        Draw.IsCoarse = Type == TensorTypes.Half;
        Model = new ModelProto
        {
            IrVersion = Draw.Between(4, 10),
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            Graph = new GraphProto { Name = "main" },
        };
        Constants = new RandomConstants(this);
    }

    internal Draw Draw { get; }

    internal int Opset { get; }

    /// <summary>The type of all reals, except those that a Cast changes at the ends.</summary>
    internal int Type { get; }

    internal ModelProto Model { get; }

    internal GraphProto Graph => Model.Graph;

    internal GraphMeaning Meaning { get; } = new();

    internal RandomConstants Constants { get; }

    /// <summary>What is in the file beside the model.</summary>
    internal MemoryStream External { get; } = new();

    /// <summary>The value that the next piece reads, and its shape.</summary>
    internal string Value
    {
        get => History[^1];
        set => History.Add(value);
    }

    /// <summary>Parts that nobody needs. Dead nodes may read them.</summary>
    internal List<string> Unused { get; } = [];

    /// <summary>All values that pieces have read.</summary>
    internal List<string> History { get; } = [GraphEnds.Input];

    internal long[] Shape { get; set; } = [];

    /// <summary>Values of one sample. All other lengths are 1, or multiply to it.</summary>
    internal int Width { get; set; }

    /// <summary>Whether the values are the graph's input as it came, so that no layer has read it yet.</summary>
    internal bool IsInput { get; set; } = true;

    /// <summary>A second output that is computed from the data, too.</summary>
    internal string? SecondHead { get; set; }

    internal Planted? Planted { get; private set; }

    /// <summary>Rank 2, and the last axis holds the values of a sample.</summary>
    internal bool IsMatrix => Shape.Length == 2 && Shape[1] == Width;

    /// <summary>The last axis holds the values of a sample.</summary>
    internal bool IsRow => Shape.Length > 0 && Shape[^1] == Width;

    /// <summary>Whether an affine step may follow: behind a softmax FastNN has none.</summary>
    internal bool CanScale { get; set; } = true;

    /// <summary>Whether a value is 0 for every sample. If only this one were taken, the network would be a constant.</summary>
    internal bool HasZero { get; set; }

    internal NodeProto Last => Graph.Node[^1];

    /// <summary>Every input: its name, its type, and its shape with <see cref="Batch"/> for the samples.</summary>
    internal List<GraphInput> Inputs { get; } = [];

    /// <summary>Adds an input before or behind the others.</summary>
    internal string AddInput(string name, int type, long[] shape)
    {
        Inputs.Add(new GraphInput(name, type, shape));
        Graph.Input.Insert(Draw.Between(0, Graph.Input.Count), GraphInput.Describe(this, name, type, shape));
        return name;
    }

    /// <summary>A node that reads the value first and then the others. Its result is the new value.</summary>
    internal GraphDraft Op(string type, params ReadOnlySpan<string> others)
    {
        Value = Node(type, [Value, .. others]);
        return this;
    }

    /// <summary>A node of two operands, in one of both orders.</summary>
    internal GraphDraft OpEither(string type, string other)
    {
        Value = Either(type, Value, other);
        return this;
    }

    /// <summary>An axis of data, or the same counted from the end. Opsets before 11 do not promise the second.</summary>
    internal int AnyAxis(int axis, int rank) => Opset >= 11 && Draw.Chance(0.5) ? axis - rank : axis;

    internal string Either(string type, string a, string b) => Draw.Chance(0.5) ? Node(type, a, b) : Node(type, b, a);

    /// <summary>A node that leaves the value as it is. Returns the name of its result.</summary>
    internal string Node(string type, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto
        {
            OpType = type,
            Name = Draw.Chance(0.8) ? Name("n") : "",
            Output = { Name(Draw.Of("v", "/model/v", "")) },
            Input = { inputs.ToArray() },
        };
        Graph.Node.Add(node);
        return node.Output[0];
    }

    internal GraphDraft InDomain(string domain)
    {
        Last.Domain = domain;
        if (Model.OpsetImport.All(import => import.Domain != domain))
            Model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = domain == "ai.onnx.ml" ? 2 : 1 });
        return this;
    }

    internal GraphDraft With(string name, object value)
    {
        Last.Attribute.Add(Attribute(name, value));
        return this;
    }

    /// <summary>Writes an attribute with a chance of one half, if the value is what it is by default.</summary>
    internal GraphDraft WithDefault(string name, object value) => Draw.Chance(0.5) ? With(name, value) : this;

    /// <summary>Says that the last node is why the graph must be refused.</summary>
    internal void Plant(string feature, params ReadOnlySpan<string> more)
    {
        Last.Name = "planted";
        Planted = new Planted(feature, ["planted", .. more]);
    }

    /// <summary>Says that the graph as a whole must be refused, with a message that names something.</summary>
    internal void PlantEverywhere(string feature, params ReadOnlySpan<string> named) => Planted = new Planted(feature, [.. named], true);

    internal string Name(string prefix) => $"{prefix}{_names++}";

    internal static AttributeProto Attribute(string name, object value) => value switch
    {
        float f => new AttributeProto { Name = name, Type = 1, F = f },
        double d => new AttributeProto { Name = name, Type = 1, F = (float)d },
        int i => new AttributeProto { Name = name, Type = 2, I = i },
        long i => new AttributeProto { Name = name, Type = 2, I = i },
        string s => new AttributeProto { Name = name, Type = 3, S = ByteString.CopyFromUtf8(s) },
        TensorProto t => new AttributeProto { Name = name, Type = 4, T = t },
        float[] reals => new AttributeProto { Name = name, Type = 6, Floats = { reals } },
        long[] integers => new AttributeProto { Name = name, Type = 7, Ints = { integers } },
        _ => throw new ArgumentException($"What kind of attribute is {value}?"),
    };
}
