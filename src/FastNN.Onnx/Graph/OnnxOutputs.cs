using FastNN.Files;
using FastNN.Onnx.Schema;
using Google.Protobuf.Collections;

namespace FastNN.Onnx;

/// <summary>
/// Chooses the output of a graph that is the network. Outputs that pass an input on, that are constant, or that are labels are left aside.
/// </summary>
internal sealed class OnnxOutputs(OnnxTracer tracer, OnnxLoadOptions options)
{
    private const int MostOutputs = 16, LongestLabel = 16;
    private readonly OnnxGraph _graph = tracer.Graph;
    private readonly List<(string Name, OnnxSignal Signal)> _networks = [];
    private ModelFormatException? _fault;
    private int _round;

    /// <summary>The signal of the output that is the network, and its description.</summary>
    internal (OnnxSignal Signal, ValueInfoProto Output) Choose()
    {
        CheckOptions();
        RepeatedField<ValueInfoProto> outputs = _graph.Proto.Output;
        if (outputs.Count == 0) throw OnnxFault.Of("The graph", "it has no output");
        if (options.Output is null && outputs.Count > MostOutputs)
            throw OnnxFault.Of("The graph", $"it has {outputs.Count} outputs; choose one: {Advice(outputs[0].Name)}");
        foreach (ValueInfoProto output in outputs)
        {
            if (options.Output is null || options.Output == output.Name) Consider(output);
        }

        if (_networks.Count > 1)
        {
            string names = string.Join(", ", _networks.Take(8).Select(network => OnnxFault.Quote(network.Name)));
            throw OnnxFault.Of("The graph", $"several outputs are networks, {names}; choose one: {Advice(_networks[0].Name)}");
        }

        if (_networks is [var (name, signal)]) return (signal, outputs.First(output => output.Name == name));
        throw _fault ?? OnnxFault.Of("The graph", "it has no layer, a Gemm or MatMul, between input and output");
    }

    private static string Advice(string name) => $"new OnnxLoadOptions {{ Output = \"{FileText.Clip(name)}\" }}";

    private void CheckOptions()
    {
        if (options.Output is { } output && !_graph.Proto.Output.Any(info => info.Name == output))
            throw OnnxFault.Of("The graph", $"it has no output {OnnxFault.Quote(output)}; it has {Names(_graph.Proto.Output)}");
        if (options.Input is { } input && !_graph.Inputs.Exists(value => value.Name == input))
        {
            throw OnnxFault.Of(
                "The graph", $"it has no input {OnnxFault.Quote(input)}; it has {Names(_graph.Inputs.Select(value => value.Input!))}");
        }
    }

    private static string Names(IEnumerable<ValueInfoProto> infos) =>
        string.Join(", ", infos.Take(8).Select(info => OnnxFault.Quote(info.Name)));

    private void Consider(ValueInfoProto output)
    {
        try
        {
            OnnxValue value = _graph.Find(output.Name)
                ?? throw OnnxFault.Of($"Graph output {OnnxFault.Quote(output.Name)}", "no node gives it");
            if (options.Output is null && IsLabel(output, value)) return;
            if (value.Producer is { Type: "ai.onnx.ml.ZipMap", Inputs: [{ } probabilities, ..] }) value = probabilities;
            if (Trace(value) is not OnnxSignal signal || signal.Term.Source.Layer is null) return;
            if (_networks.Exists(network => network.Signal.IsSame(signal))) return; // two names of the same values
            if (options.Input is null || InputOf(signal).Name == options.Input) _networks.Add((output.Name, signal));
        }
        catch (ModelFormatException exception)
        {
            _fault ??= exception;
        }
    }

    private object? Trace(OnnxValue value)
    {
        foreach (OnnxOperation operation in OnnxOrder.Of(value, ++_round, tracer.Budget)) tracer.Trace(operation);
        return value.Result;
    }

    /// <summary>The input of the graph that a signal comes from.</summary>
    private static OnnxValue InputOf(OnnxSignal signal)
    {
        OnnxTerm source = signal.Term.Source;
        while (source.Layer is { } layer) source = layer.Input.Term.Source;
        return source.Input!;
    }

    /// <summary>Whether an output is the number or the name of a class, perhaps in another type or shape.</summary>
    private static bool IsLabel(ValueInfoProto output, OnnxValue value)
    {
        int type = output.Type?.TensorType?.ElemType ?? OnnxTensorTypes.Undefined;
        if (type == OnnxTensorTypes.Text || OnnxTensorTypes.IsInteger(type)) return true;
        for (int k = 0; k < LongestLabel && value.Producer is { } producer; k++)
        {
            if (producer.Type is "ArgMax" or "ArgMin" or "TopK" or "ai.onnx.ml.ArrayFeatureExtractor" or "ai.onnx.ml.LabelEncoder")
                return true;
            if (producer.Type is not ("Cast" or "Reshape" or "Squeeze" or "Unsqueeze" or "Flatten" or "Identity" or "Gather")) return false;
            if (producer.Inputs is not [{ } input, ..]) return false;
            value = input;
        }

        return false;
    }
}
