namespace FastNN.Tests.Graphs;

/// <summary>Operators whose parameters moved from attributes to inputs, in the form of the graph's opset.</summary>
internal static class OpsetForms
{
    internal static string Squeeze(GraphDraft g, string value, params long[] axes) => WithAxes(g, "Squeeze", value, axes);

    internal static string Unsqueeze(GraphDraft g, string value, params long[] axes) => WithAxes(g, "Unsqueeze", value, axes);

    /// <summary>ReduceSum, ReduceMean, ReduceL2 and so on.</summary>
    internal static string Reduce(GraphDraft g, string type, string value, long axis, bool keep = false)
    {
        int since = type == "ReduceSum" ? 13 : 18;
        string result = g.Opset >= since ? g.Node(type, value, g.Constants.Integers(axis)) : g.Node(type, value);
        if (g.Opset < since) g.With("axes", new[] { axis });
        if (keep)
            g.WithDefault("keepdims", 1);
        else
            g.With("keepdims", 0);
        return result;
    }

    /// <summary>The values from the first to the one before the end.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="value">What is sliced.</param>
    /// <param name="first">The first.</param>
    /// <param name="end">The end.</param>
    /// <param name="axis">The axis, positive or negative.</param>
    /// <param name="length">The length of the axis.</param>
    internal static string Slice(GraphDraft g, string value, long first, long end, long axis, long length)
    {
        if (g.Draw.Chance(0.3)) first -= length;
        if (end == length && g.Draw.Chance(0.5))
            end = g.Draw.Of(long.MaxValue, int.MaxValue);
        else if (end < length && g.Draw.Chance(0.5))
            end -= length;
        if (g.Opset < 10)
        {
            string old = g.Node("Slice", value);
            g.With("axes", new[] { axis }).With("starts", new[] { first }).With("ends", new[] { end });
            return old;
        }

        string[] inputs = [value, g.Constants.Integers(first), g.Constants.Integers(end), g.Constants.Integers(axis)];
        return g.Draw.Chance(0.5) ? g.Node("Slice", inputs) : g.Node("Slice", [.. inputs, g.Constants.Integers(1)]);
    }

    /// <summary>Splits an axis in two, and returns both.</summary>
    internal static (string First, string Second) Split(GraphDraft g, string value, long first, long second, long axis)
    {
        bool isEven = first == second && g.Draw.Chance(0.5), isOld = g.Opset < 13;
        string a = isEven || isOld ? g.Node("Split", value) : g.Node("Split", value, g.Constants.Integers(first, second)), b = g.Name("v");
        g.Last.Output.Add(b);
        g.With("axis", axis);
        if (!isEven && isOld) g.With("split", new[] { first, second });
        if (isEven && g.Opset >= 18) g.With("num_outputs", 2);
        return (a, b);
    }

    private static string WithAxes(GraphDraft g, string type, string value, long[] axes)
    {
        if (g.Opset >= 13) return g.Node(type, value, g.Constants.Integers(axes));

        string result = g.Node(type, value);
        g.With("axes", axes);
        return result;
    }
}
