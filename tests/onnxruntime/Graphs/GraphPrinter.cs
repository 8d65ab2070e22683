using System.Text;
using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>A model as text, one node a line.</summary>
internal static class GraphPrinter
{
    private const int MostInts = 8;

    internal static string Print(ModelProto model)
    {
        var text = new StringBuilder();
        string imports = string.Join(", ", model.OpsetImport.Select(import => $"{import.Domain} {import.Version}".Trim()));
        text.AppendLine($"IR {model.IrVersion}, opset {imports}");
        foreach (ValueInfoProto input in model.Graph.Input) text.AppendLine($"  in  {Print(input)}");
        foreach (TensorProto tensor in model.Graph.Initializer) text.AppendLine($"  {tensor.Name} = {Print(tensor)}");
        foreach (NodeProto node in model.Graph.Node) text.AppendLine($"  {Print(node)}");
        foreach (ValueInfoProto output in model.Graph.Output) text.AppendLine($"  out {Print(output)}");
        foreach (FunctionProto function in model.Functions)
        {
            text.AppendLine($"  function {function.Name}({Join(function.Input)}) → {Join(function.Output)}");
            foreach (NodeProto node in function.Node) text.AppendLine($"    {Print(node)}");
        }

        return text.ToString();
    }

    private static string Print(NodeProto node)
    {
        string type = node.Domain.Length > 0 ? $"{node.Domain}.{node.OpType}" : node.OpType;
        string attributes = string.Concat(node.Attribute.Select(attribute => $" {attribute.Name}={Print(attribute)}"));
        return $"{Join(node.Output)} = {type}({Join(node.Input)}){attributes}{(node.Name.Length > 0 ? $"  '{node.Name}'" : "")}";
    }

    private static string Print(AttributeProto attribute) => attribute switch
    {
        { RefAttrName.Length: > 0 } => $"@{attribute.RefAttrName}",
        { Type: 1 } => $"{attribute.F:R}",
        { Type: 2 } => $"{attribute.I}",
        { Type: 3 } => attribute.S.ToStringUtf8(),
        { Type: 4 } => Print(attribute.T),
        { Type: 6 } => $"[{Join(attribute.Floats)}]",
        { Type: 7 } => $"[{Join(attribute.Ints)}]",
        _ => $"type {attribute.Type}",
    };

    private static string Print(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? type = value.Type?.TensorType;
        IEnumerable<string> lengths = type?.Shape?.Dim.Select(Print) ?? ["…"];
        return $"{value.Name}: type {type?.ElemType} [{Join(lengths)}]";
    }

    private static string Print(TensorShapeProto.Types.Dimension length) =>
        length.HasDimValue ? $"{length.DimValue}" : length.HasDimParam ? length.DimParam : "?";

    private static string Print(TensorProto tensor) =>
        $"type {tensor.DataType} [{Join(tensor.Dims)}]{(tensor.DataLocation == 1 ? " outside" : "")} {{{Join(Values(tensor))}}}";

    private static IEnumerable<string> Values(TensorProto tensor)
    {
        byte[] raw = tensor.RawData.ToByteArray();
        IEnumerable<object> values = tensor.DataType switch
        {
            TensorTypes.Float when raw.Length > 0 => Parts(raw, 4).Select(part => (object)BitConverter.ToSingle(part)),
            TensorTypes.Double when raw.Length > 0 => Parts(raw, 8).Select(part => (object)BitConverter.ToDouble(part)),
            TensorTypes.Half when raw.Length > 0 => Parts(raw, 2).Select(part => (object)BitConverter.ToHalf(part)),
            TensorTypes.Integer64 when raw.Length > 0 => Parts(raw, 8).Select(part => (object)BitConverter.ToInt64(part)),
            _ when raw.Length > 0 => raw.Select(part => (object)part),
            _ => tensor.FloatData.Cast<object>().Concat(tensor.DoubleData.Cast<object>()).Concat(tensor.Int64Data.Cast<object>())
                .Concat(tensor.Int32Data.Cast<object>()),
        };
        return values.Select(value => $"{value:R}").Take(MostInts).Concat(values.Skip(MostInts).Any() ? ["…"] : []);
    }

    private static IEnumerable<byte[]> Parts(byte[] raw, int size) => raw.Chunk(size);

    private static string Join<T>(IEnumerable<T> parts) => string.Join(", ", parts);
}
