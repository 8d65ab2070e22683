using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>What does not change the results: dead nodes, unused constants, functions, another order, data beside the model.</summary>
internal static class GraphExtras
{
    internal static void Add(GraphDraft g)
    {
        if (g.Draw.Rarely(0.1)) AddDeadNodes(g);
        if (g.Draw.Rarely(0.1)) AddUnusedConstants(g);
        if (g.Planted == null && g.Draw.Rarely(0.1)) GraphFunctions.Wrap(g);
        if (g.Draw.Rarely(0.05)) ListInputs(g);
        if (g.Draw.Rarely(0.05)) Reorder(g);
        if (g.Draw.Rarely(0.05)) foreach (TensorProto tensor in g.Graph.Initializer) TensorWriter.MoveOut(g, tensor);
    }

    /// <summary>Nodes that nobody reads, of operators that FastNN need not know.</summary>
    private static void AddDeadNodes(GraphDraft g)
    {
        for (int k = g.Draw.Between(1, 4); k > 0; k--)
        {
            string value = g.Draw.Of([.. g.History, .. g.Unused, .. g.Unused]);
            switch (g.Draw.Between(0, 5))
            {
                case 0:
                    g.Node("Shape", value);
                    break;
                case 1:
                    g.Node("Add", value, value);
                    break;
                case 2:
                    g.Node("Exp", value);
                    break;
                case 3:
                    g.Node("Relu", g.Node("Neg", value));
                    break;
                case 4:
                    OpsetForms.Reduce(g, "ReduceMean", value, 0);
                    break;
                default:
                    g.Node("Identity", g.Constants.Integers(1, 2));
                    break;
            }
        }
    }

    private static void AddUnusedConstants(GraphDraft g)
    {
        for (int k = g.Draw.Between(1, 3); k > 0; k--)
        {
            int type = g.Draw.Of(
                TensorTypes.Float, TensorTypes.Byte, TensorTypes.Integer32, TensorTypes.Boolean, TensorTypes.Half, TensorTypes.Double);
            g.Constants.Plain(type, [1, 0], g.Draw.Of<long[]>([2], [1, 2]));
        }
    }

    /// <summary>Initializers are inputs too, as up to IR version 3.</summary>
    private static void ListInputs(GraphDraft g)
    {
        g.Model.IrVersion = g.Model.Functions.Count > 0 ? g.Model.IrVersion : 3;
        foreach (TensorProto tensor in g.Graph.Initializer)
        {
            var type = new TypeProto.Types.Tensor { ElemType = tensor.DataType, Shape = new TensorShapeProto() };
            foreach (long length in tensor.Dims) type.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = length });
            g.Graph.Input.Add(new ValueInfoProto { Name = tensor.Name, Type = new TypeProto { TensorType = type } });
        }
    }

    private static void Reorder(GraphDraft g)
    {
        NodeProto[] nodes = [.. g.Graph.Node];
        g.Draw.Shuffle<NodeProto>(nodes);
        g.Graph.Node.Clear();
        g.Graph.Node.Add(nodes);
    }
}
