namespace FastNN;

/// <summary>Samples that Fit trains on, or validates with: rows of both, and how many.</summary>
internal readonly ref struct FitSamples(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int count)
{
    internal readonly ReadOnlySpan<float> Inputs = inputs, Targets = targets;
    internal readonly int Count = count;

    /// <summary>Copies the samples of the given order, one after the other, into the front of <paramref name="x"/> and <paramref name="y"/>.</summary>
    internal void Gather(ReadOnlySpan<int> order, Span<float> x, Span<float> y)
    {
        int n = Inputs.Length / Count, m = Targets.Length / Count;
        for (int k = 0; k < order.Length; k++)
        {
            Inputs.Slice(order[k] * n, n).CopyTo(x[(k * n)..]);
            Targets.Slice(order[k] * m, m).CopyTo(y[(k * m)..]);
        }
    }
}
