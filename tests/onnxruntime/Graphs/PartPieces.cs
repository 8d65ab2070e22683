namespace FastNN.Tests.Graphs;

/// <summary>Only some of the values go on: Slice, Split and Gather on the last axis.</summary>
internal static class PartPieces
{
    /// <summary>Takes one of the values: [batch, n] becomes [batch].</summary>
    internal static void AddOne(GraphDraft g)
    {
        int index = g.Draw.Between(0, g.Width - 1);
        g.Op("Gather", g.Constants.Integer(index)).With("axis", g.AnyAxis(1, 2));
        g.Meaning.Take(index, 1);
        g.Shape = g.Shape[..^1];
        g.Width = 1;
    }

    /// <summary>Takes some of the values, if there are several.</summary>
    internal static void Add(GraphDraft g)
    {
        if (g.Width < 2 || !g.IsRow || g.HasZero) return;

        int width = g.Width, axis = g.Shape.Length - 1, rank = g.Shape.Length;
        int count = g.Draw.Chance(0.4) ? Math.Max(1, width / 2) : g.Draw.Between(1, width - 1), first = g.Draw.Of(0, width - count);
        int anyAxis = g.AnyAxis(axis, rank);
        switch (g.Draw.Between(0, 2))
        {
            case 0:
                long[] parts = first == 0 ? [count, width - count] : [width - count, count];
                (string a, string b) = OpsetForms.Split(g, g.Value, parts[0], parts[1], anyAxis);
                g.Value = first == 0 ? a : b;
                g.Unused.Add(first == 0 ? b : a);
                break;
            case 1:
                g.Value = OpsetForms.Slice(g, g.Value, first, first + count, anyAxis, width);
                break;
            default:
                long[] indices = new long[count];
                for (int k = 0; k < count; k++) indices[k] = first + k;
                g.Op("Gather", g.Constants.Integers(indices)).With("axis", anyAxis);
                break;
        }

        g.Meaning.Take(first, count);
        g.Shape = [.. g.Shape[..^1], count];
        g.Width = count;
    }
}
