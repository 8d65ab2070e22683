using FastNN.Onnx.Schema;
using Google.Protobuf.Collections;

namespace FastNN.Onnx;

/// <summary>
/// A graph as operations and values. Each name is defined once. Calls of local functions are replaced by the nodes of the function.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>The bytes of memory for a name, a node, a node of a foreign domain, an input or output of a node, and a call.</summary>
    private const int NameBytes = 96, NodeBytes = 124, ForeignNodeBytes = 1024, ReadingBytes = 8, CallBytes = 512;
    private const int MostCalls = 32;
    private static readonly NodeProto s_identity = new() { OpType = "Identity" };
    private readonly OnnxMemoryBudget _budget;
    private readonly Dictionary<(string, string, string), FunctionProto> _functions = [];
    private readonly Dictionary<string, OnnxValue?> _values; // none is null; those of a function may be

    internal OnnxGraph(ModelProto model, OnnxMemoryBudget budget)
    {
        GraphProto graph = model.Graph ?? throw OnnxFault.Of("The model", "it has no graph");
        (_budget, Proto) = (budget, graph);
        foreach (OperatorSetIdProto opset in model.OpsetImport)
        {
            if (opset.Domain is "" or OnnxOperation.StandardDomain) Opset = opset.Version;
        }

        BookNames(model.Functions.Count);
        foreach (FunctionProto function in model.Functions)
            _functions.TryAdd((Domain(function.Domain), function.Name, function.Overload), function);

        int names = graph.Initializer.Count + graph.Input.Count + graph.Node.Sum(node => node.Output.Count);
        BookNames(names);
        _values = new Dictionary<string, OnnxValue?>(names);
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!_values.TryAdd(tensor.Name, new OnnxValue(tensor.Name) { Initializer = tensor }))
                throw OnnxFault.OfInitializer(tensor.Name, "it is there twice");
        }

        foreach (ValueInfoProto input in graph.Input) AddInput(input);
        Connect(graph.Node, _values, null);
    }

    internal GraphProto Proto { get; }

    /// <summary>The version of the operators of ONNX.</summary>
    internal long Opset { get; } = 1;

    /// <summary>The inputs, without those that are initializers too.</summary>
    internal List<OnnxValue> Inputs { get; } = [];

    /// <summary>The value of a name; null if nothing gives it.</summary>
    internal OnnxValue? Find(string name) => _values.GetValueOrDefault(name);

    private void AddInput(ValueInfoProto info)
    {
        var input = new OnnxValue(info.Name) { Input = info };
        if (_values.TryAdd(info.Name, input)) Inputs.Add(input);
        else if (_values[info.Name]!.Initializer is null) throw OnnxFault.Of($"Graph input {input}", "it is there twice");
    }

    /// <summary>Makes the operations of a graph or a function. Nodes may be in any order.</summary>
    private void Connect(RepeatedField<NodeProto> nodes, Dictionary<string, OnnxValue?> scope, OnnxCall? call)
    {
        BookNodes(nodes);
        var operations = new OnnxOperation[nodes.Count];
        for (int k = 0; k < operations.Length; k++)
        {
            operations[k] = new OnnxOperation(k, nodes[k], call) { Outputs = new OnnxValue?[nodes[k].Output.Count] };
            for (int o = 0; o < nodes[k].Output.Count; o++)
            {
                if (nodes[k].Output[o] is { Length: > 0 } name) operations[k].Outputs[o] = Define(operations[k], name, scope);
            }
        }

        foreach (OnnxOperation operation in operations)
        {
            RepeatedField<string> names = operation.Node.Input;
            operation.Inputs = new OnnxValue?[names.Count];
            for (int i = 0; i < names.Count; i++)
            {
                if (names[i].Length > 0) operation.Inputs[i] = Read(names[i], scope);
            }

            if (FunctionOf(operation.Node) is { } function) Inline(operation, function, call);
        }
    }

    private static OnnxValue Define(OnnxOperation operation, string name, Dictionary<string, OnnxValue?> scope)
    {
        if (!scope.TryGetValue(name, out OnnxValue? value)) scope.Add(name, value = new OnnxValue(name));
        else if (value is not { Initializer: null, Input: null, Producer: null })
            throw operation.Fault($"its output {OnnxFault.Quote(name)} is given twice");
        value.Producer = operation;
        return value;
    }

    private OnnxValue? Read(string name, Dictionary<string, OnnxValue?> scope)
    {
        if (scope.TryGetValue(name, out OnnxValue? value)) return value;
        BookNames(1);
        return new OnnxValue(name); // nothing gives it, which matters only if its reader does
    }

    /// <summary>Puts the nodes of a function in the place of a call.</summary>
    private void Inline(OnnxOperation operation, FunctionProto function, OnnxCall? outer)
    {
        _budget.Book(CallBytes, "calls of functions");
        var call = new OnnxCall(function, operation.Node, outer);
        if (outer?.Calls(function) == true) throw operation.Fault("its function calls itself");
        if (call.Depth > MostCalls) throw operation.Fault($"functions call one another more than {MostCalls} deep");
        if (operation.Node.Attribute.Count > MostCalls) throw operation.Fault($"it must have at most {MostCalls} attributes");
        if (operation.Inputs.Length > function.Input.Count || operation.Outputs.Length > function.Output.Count)
        {
            throw operation.Fault(
                $"its function has {function.Input.Count} inputs and {function.Output.Count} outputs, "
                + $"but it has {operation.Inputs.Length} and {operation.Outputs.Length}");
        }

        BookNames(function.Input.Count + function.Output.Count + function.Node.Sum(node => node.Output.Count));
        var scope = new Dictionary<string, OnnxValue?>();
        for (int i = 0; i < function.Input.Count; i++)
            scope.TryAdd(function.Input[i], i < operation.Inputs.Length ? operation.Inputs[i] : null); // null: the call leaves it out

        BindOutputs(operation, function, scope);
        Connect(function.Node, scope, call);
    }

    private void BindOutputs(OnnxOperation operation, FunctionProto function, Dictionary<string, OnnxValue?> scope)
    {
        for (int o = 0; o < operation.Outputs.Length; o++)
        {
            if (operation.Outputs[o] is not { } output) continue;
            output.Producer = null; // a node of the function gives it
            if (scope.TryAdd(function.Output[o], output)) continue;
            _budget.Book(NodeBytes, "calls of functions");
            output.Producer = new OnnxOperation(0, s_identity) { Inputs = [scope[function.Output[o]]], Outputs = [output] };
        }
    }

    private FunctionProto? FunctionOf(NodeProto node) =>
        _functions.Count == 0 ? null : _functions.GetValueOrDefault((Domain(node.Domain), node.OpType, node.Overload));

    private static string Domain(string domain) => domain == OnnxOperation.StandardDomain ? "" : domain;

    private void BookNodes(RepeatedField<NodeProto> nodes)
    {
        long bytes = 0;
        foreach (NodeProto node in nodes)
        {
            bytes += NodeBytes + (long)ReadingBytes * (node.Input.Count + node.Output.Count)
                + (node.Domain.Length == 0 ? 0 : ForeignNodeBytes);
        }

        _budget.Book(bytes, "nodes for its size, several for each layer, or names of their inputs and outputs");
    }

    private void BookNames(long count) =>
        _budget.Book(NameBytes * count, "nodes for its size, several for each layer, or names of their inputs and outputs");
}
