namespace FastNN.Tests.Graphs;

/// <summary>Steps that change no value: new shapes, copies, parts that are read alone.</summary>
internal static class ShapePieces
{
    private const long Batch = GraphDraft.Batch;

    /// <summary>Adds a step that leaves values and shape as they are.</summary>
    internal static void AddNothing(GraphDraft g)
    {
        switch (g.Draw.Between(0, 6))
        {
            case 0 or 1:
                g.Op("Identity");
                break;
            case 2:
                Dropout(g);
                break;
            case 3:
                g.Op("Cast").With("to", g.Type);
                break;
            case 4:
                g.Op("Concat").With("axis", g.AnyAxis(g.Shape.Length - 1, g.Shape.Length));
                break;
            case 5 when g.Type == TensorTypes.Float:
                g.Op("Cast").With("to", TensorTypes.Double).Op("Cast").With("to", TensorTypes.Float);
                break;
            default:
                ThereAndBack(g);
                break;
        }
    }

    /// <summary>Gives the values the shape [batch, n], if they do not have it.</summary>
    internal static void ToMatrix(GraphDraft g)
    {
        if (!g.IsMatrix) To(g, [g.Shape[0] == g.Width && g.Shape.Length == 1 ? 1 : g.Shape[0], g.Width]);
    }

    /// <summary>Gives the values another shape, if the shape has room for the same samples.</summary>
    internal static void Rearrange(GraphDraft g)
    {
        long samples = g.Shape[0];
        To(g, g.Draw.Of<long[]>([samples, 1, g.Width], [samples, g.Width], [samples, g.Width, 1]));
    }

    /// <summary>Removes the last axis of one value: [batch].</summary>
    internal static void ToVector(GraphDraft g)
    {
        if (g.Draw.Chance(0.5))
            g.Value = OpsetForms.Squeeze(g, g.Value, g.AnyAxis(1, 2));
        else
            g.Op("Reshape", g.Constants.Integers(-1));
        g.Shape = [g.Shape[0]];
    }

    internal static void To(GraphDraft g, long[] shape)
    {
        if (!Turned(g, shape) && !FewerAxes(g, shape) && !MoreAxes(g, shape)) Reshape(g, shape);
        g.Shape = shape;
    }

    /// <summary>Moves an axis of 1 by Transpose.</summary>
    private static bool Turned(GraphDraft g, long[] shape)
    {
        bool turns = shape.Length == 3 && g.Shape.SequenceEqual([shape[0], shape[2], shape[1]]) && g.Draw.Chance(0.5);
        if (turns) g.Op("Transpose").With("perm", new long[] { 0, 2, 1 });
        return turns;
    }

    /// <summary>Removes an axis of 1 by Squeeze, or all but the first by Flatten.</summary>
    private static bool FewerAxes(GraphDraft g, long[] shape)
    {
        if (shape.Length != 2 || g.Shape.Length < 2 || g.Draw.Chance(0.3)) return false;

        int one = g.Shape.Length == 3 && g.Draw.Chance(0.5) ? Array.IndexOf(g.Shape, 1L, 1) : -1;
        if (one > 0 && g.Shape.Where((_, axis) => axis != one).SequenceEqual(shape))
            g.Value = OpsetForms.Squeeze(g, g.Value, g.AnyAxis(one, 3));
        else
            g.Op("Flatten").WithDefault("axis", 1);
        return true;
    }

    private static bool MoreAxes(GraphDraft g, long[] shape)
    {
        if (shape.Length != g.Shape.Length + 1 || g.Draw.Chance(0.4)) return false;

        int[] axes = [.. Enumerable.Range(0, shape.Length).Where(axis => shape[axis] == 1 && Without(shape, axis).SequenceEqual(g.Shape))];
        if (axes.Length == 0) return false;

        g.Value = OpsetForms.Unsqueeze(g, g.Value, g.AnyAxis(g.Draw.Of(axes), shape.Length));
        return true;
    }

    private static IEnumerable<long> Without(long[] shape, int axis) => shape.Where((_, other) => other != axis);

    /// <summary>A constant shape, or one that is computed from the number of samples.</summary>
    private static void Reshape(GraphDraft g, long[] shape)
    {
        bool isOpen = shape[0] == Batch;
        if (g.Shape.Length > 1 && g.Draw.Chance(0.5))
        {
            g.Op("Reshape", ShapeSubgraphs.Write(g, shape));
            return;
        }

        long[] target = [.. shape];
        if (g.Draw.Chance(0.5) && target[0] == g.Shape[0]) target[0] = 0;
        if (target[0] != Batch && g.Draw.Chance(0.3)) target[^1] = -1;
        if (!isOpen && target[0] > 0 && target[^1] > 0 && g.Draw.Chance(0.3)) target[0] = -1;
        g.Op("Reshape", g.Constants.Integers(target));
        if (g.Opset >= 14) g.WithDefault("allowzero", 0);
    }

    /// <summary>The ratio is an initializer: ONNX Runtime 1.31 removes the wrong input if a node computes it.</summary>
    private static void Dropout(GraphDraft g)
    {
        string ratio = g.Opset >= 12 && g.Draw.Chance(0.5) ? g.Constants.Plain(g.Type, [0.5]) : "";
        if (g.Opset < 12)
            g.Op("Dropout").With("ratio", g.Draw.Of(0f, 0.5f));
        else if (g.Draw.Chance(0.4))
            g.Op("Dropout", ratio, g.Constants.Plain(TensorTypes.Boolean, [0]));
        else
            g.Op("Dropout", ratio);
        if (g.Draw.Chance(0.3)) g.Last.Output.Add(g.Name("mask"));
    }

    private static void ThereAndBack(GraphDraft g)
    {
        int axis = g.Draw.Between(0, g.Shape.Length);
        g.Value = OpsetForms.Unsqueeze(g, g.Value, axis);
        if (g.Draw.Chance(0.3)) g.Op("Identity");
        g.Value = OpsetForms.Squeeze(g, g.Value, axis);
    }
}
