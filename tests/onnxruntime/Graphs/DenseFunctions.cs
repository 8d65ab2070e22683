using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>A layer as a function of the model that several layers call.</summary>
internal static class DenseFunctions
{
    private const string Domain = "modules", Name = "Dense";

    /// <summary>Adds a call for a layer, and the function before the first call.</summary>
    internal static void Call(GraphDraft g, LinearLayer layer)
    {
        bool isNew = g.Model.Functions.All(function => function.Name != Name);
        g.Op(Name, layer.Weights(isTransposed: false, 1), layer.Biases(1, isNeeded: true)).InDomain(Domain);
        g.Model.IrVersion = Math.Max(8, g.Model.IrVersion);
        if (isNew) g.Model.Functions.Add(Create(g));
    }

    private static FunctionProto Create(GraphDraft g) => new()
    {
        Name = Name,
        Domain = Domain,
        Input = { "x", "w", "b" },
        Output = { "y" },
        OpsetImport = { new OperatorSetIdProto { Version = g.Opset } },
        Node =
        {
            new NodeProto { OpType = "MatMul", Input = { "x", "w" }, Output = { "z" } },
            new NodeProto { OpType = "Add", Input = { "z", "b" }, Output = { "y" } },
        },
    };
}
