using System.Text;
using FastNN.Files;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>What a model holds, in a few lines for people.</summary>
internal static class OnnxDescription
{
    private const int MostShown = 12;

    internal static string Of(Stream stream, OnnxExternalData external, OnnxLoadOptions options)
    {
        OnnxMemoryBudget budget;
        ModelProto model;
        try
        {
            using var content = new OnnxStreamContent(stream);
            model = OnnxReader.Parse(content.Span, external, out budget);
        }
        catch (ModelFormatException exception)
        {
            return $"This is no ONNX model that can be read. {exception.Message}";
        }

        var text = new StringBuilder();
        Describe(text, model);
        try
        {
            OnnxPlan plan = OnnxReader.Plan(model, budget, options);
            text.Append("network: ").Append(Network(plan));
        }
        catch (ModelFormatException exception)
        {
            text.Append("not loaded: ").Append(exception.Message);
        }

        return text.ToString();
    }

    private static void Describe(StringBuilder text, ModelProto model)
    {
        IEnumerable<string> opsets = model.OpsetImport.Select(
            opset => $"{(opset.Domain.Length == 0 ? "" : $"{FileText.Clip(opset.Domain)} ")}{opset.Version}");
        text.Append($"producer: {(model.ProducerName.Length == 0 ? "not named" : FileText.Clip(model.ProducerName))}, ")
            .Append($"IR version {model.IrVersion}, opset {string.Join(", ", opsets.Take(MostShown))}\n");
        if (model.Graph is not { } graph) return;

        HashSet<string> initializers = [.. graph.Initializer.Select(tensor => tensor.Name)];
        foreach (ValueInfoProto input in graph.Input.Where(input => !initializers.Contains(input.Name)).Take(MostShown))
            text.Append($"input: {Value(input)}\n");
        foreach (ValueInfoProto output in graph.Output.Take(MostShown)) text.Append($"output: {Value(output)}\n");

        IEnumerable<string> types = graph.Node.GroupBy(node => node.OpType).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Count()} {FileText.Clip(group.Key)}");
        text.Append($"nodes: {string.Join(", ", types.Take(MostShown))}");
        if (model.Functions.Count > 0) text.Append($"; {model.Functions.Count} local functions");
        text.Append($"\ntensors: {graph.Initializer.Count}\n");
    }

    private static string Value(ValueInfoProto value)
    {
        string type = value.Type?.TensorType is { } tensor ? OnnxTensorTypes.NameOf(tensor.ElemType) : "no tensor";
        IEnumerable<string>? lengths = value.Type?.TensorType?.Shape?.Dim.Take(MostShown).Select(
            dim => dim.HasDimValue ? $"{dim.DimValue}" : dim.HasDimParam ? FileText.Clip(dim.DimParam) : "?");
        return $"{OnnxFault.Quote(value.Name)} {type} {(lengths is null ? "of any shape" : $"[{string.Join(", ", lengths)}]")}";
    }

    /// <summary>For example "4-8-2, Elu Identity, 58 parameters, input standardizer".</summary>
    private static string Network(OnnxPlan plan)
    {
        int shown = Math.Min(plan.Layers.Count, MostShown);
        string more = plan.Layers.Count > shown ? $" … ({plan.Layers.Count} layers)" : "";
        string widths = string.Join("-", plan.Layers.Take(shown).Select(layer => layer.Outputs).Prepend(plan.Layers[0].Inputs));
        string activations = string.Join(" ", plan.Layers.Take(shown).Select(layer => layer.Activation.Name));
        return $"{widths}{more}, {activations}, {plan.Parameters} parameters"
            + (plan.InputMean is null ? "" : ", input standardizer") + (plan.OutputMean is null ? "" : ", output standardizer");
    }
}
