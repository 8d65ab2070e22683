using FastNN.Onnx.Schema;
using Google.Protobuf.Collections;

namespace FastNN.Onnx;

/// <summary>
/// What a name in a graph stands for: where its tensor comes from, and which nodes read it. A node that reads it twice counts twice.
/// </summary>
internal sealed class OnnxValue(string name)
{
    private List<OnnxOperation>? _others; // few values have more than one reader

    internal string Name => name;

    internal TensorProto? Initializer { get; init; }

    internal OnnxOperation? Producer { get; init; }

    internal OnnxOperation? FirstReader { get; private set; }

    /// <summary>The number of times it is read.</summary>
    internal int Readings => FirstReader == null ? 0 : 1 + (_others?.Count ?? 0);

    internal OnnxOperation ReaderOf(int reading) => reading == 0 ? FirstReader! : _others![reading - 1];

    internal void AddReader(OnnxOperation reader)
    {
        if (FirstReader == null) FirstReader = reader;
        else (_others ??= []).Add(reader);
    }

    public override string ToString() => OnnxFault.Quote(name);
}

/// <summary>A graph, by its names. Each name is defined once.</summary>
internal sealed class OnnxGraph
{
    /// <summary>The bytes of memory for a name, a node, a node of a foreign domain, and one reading of a name.</summary>
    private const int NameBytes = 112, NodeBytes = 64, ForeignNodeBytes = 1024, ReadingBytes = 48;
    private const int LongestChain = 8;
    private readonly Dictionary<string, OnnxValue> _values;

    internal OnnxGraph(GraphProto graph, OnnxMemoryBudget budget)
    {
        int names = graph.Initializer.Count + graph.Input.Count;
        long bytes = 0;
        foreach (NodeProto node in graph.Node)
        {
            names += node.Output.Count;
            bytes += NodeBytes + (long)ReadingBytes * node.Input.Count + (node.Domain.Length == 0 ? 0 : ForeignNodeBytes);
        }

        budget.Book(
            bytes + (long)NameBytes * names, "nodes for its size, several for each layer, or names of their inputs and outputs");
        _values = new Dictionary<string, OnnxValue>(names);
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!_values.TryAdd(tensor.Name, new OnnxValue(tensor.Name) { Initializer = tensor }))
                throw OnnxFault.OfInitializer(tensor.Name, "it is there twice");
        }

        InputInfo = TheOne(graph.Input.Where(input => !IsInitializer(input.Name)), "input");
        Input = new OnnxValue(InputInfo.Name);
        _values.Add(Input.Name, Input);
        Connect(graph.Node);
        OutputInfo = TheOne(graph.Output, "output");
        Output = _values.TryGetValue(OutputInfo.Name, out OnnxValue? output)
            ? output
            : throw OnnxFault.Of($"OnnxGraph output {OnnxFault.Quote(OutputInfo.Name)}", "no node gives it");
    }

    internal ValueInfoProto InputInfo { get; }

    internal ValueInfoProto OutputInfo { get; }

    internal OnnxValue Input { get; }

    internal OnnxValue Output { get; }

    internal OnnxValue ValueOf(string name) => _values[name];

    /// <summary>Whether a name stands for an initializer or for the output of a OnnxConstant node.</summary>
    internal bool IsConstant(string name) => _values[name] is { Initializer: not null } or { Producer.Type: "Constant" };

    /// <summary>The constant that an operation reads, also through nodes that pass it on or transpose it.</summary>
    internal OnnxConstant ConstantOf(OnnxOperation reader, string name)
    {
        bool isTransposed = false;
        for (int k = 0; k < LongestChain; k++)
        {
            OnnxValue value = _values[name];
            if (value.Initializer is { } initializer) return OnnxConstant.Read(reader, initializer, name, isTransposed);
            OnnxOperation producer = value.Producer ?? throw reader.Fault($"its input {value} must be constant, but is the graph's input");
            switch (producer.Type)
            {
                case "Constant":
                    producer.Expect(0, 0, "value");
                    TensorProto tensor = producer.Tensor("value") ?? throw producer.Fault("it has no attribute 'value'");
                    return OnnxConstant.Read(producer, tensor, name, isTransposed);
                case "Transpose":
                    producer.Expect(1, 1, "perm");
                    if (producer.Integers("perm") is not ([] or [1, 0])) throw producer.Fault("its perm must be [1, 0]");
                    isTransposed = !isTransposed;
                    break;
                case "Identity":
                    producer.Expect(1, 1);
                    break;
                default:
                    throw reader.Fault($"its input {value} must be constant, but comes from {producer}");
            }

            name = producer.Inputs[0];
        }

        throw reader.Fault($"its input must be constant, but is more than {LongestChain} operators away from one");
    }

    private bool IsInitializer(string name) => _values.ContainsKey(name);

    private static ValueInfoProto TheOne(IEnumerable<ValueInfoProto> all, string what)
    {
        ValueInfoProto? one = null;
        foreach (ValueInfoProto info in all)
        {
            if (one != null)
            {
                string both = $"{OnnxFault.Quote(one.Name)} and {OnnxFault.Quote(info.Name)}";
                throw OnnxFault.Of("The graph", $"it has several {what}s, {both}; one is supported");
            }

            one = info;
        }

        return one ?? throw OnnxFault.Of("The graph", $"it has no {what}");
    }

    private void Connect(RepeatedField<NodeProto> nodes)
    {
        var operations = new OnnxOperation[nodes.Count];
        for (int k = 0; k < operations.Length; k++)
        {
            operations[k] = new OnnxOperation(k, nodes[k]);
            for (int o = 0; o < nodes[k].Output.Count; o++)
            {
                string output = nodes[k].Output[o];
                if (output.Length > 0 && !_values.TryAdd(output, new OnnxValue(output) { Producer = operations[k] }))
                    throw operations[k].Fault($"its output {OnnxFault.Quote(output)} is given twice");
            }
        }

        for (int k = 0; k < operations.Length; k++)
        {
            for (int i = 0; i < nodes[k].Input.Count; i++)
            {
                string input = nodes[k].Input[i];
                if (input.Length == 0) continue;
                if (!_values.TryGetValue(input, out OnnxValue? value))
                    throw operations[k].Fault($"nothing gives its input {OnnxFault.Quote(input)}");

                value.AddReader(operations[k]);
            }
        }
    }
}
