using FastNN.Plumbing;

namespace FastNN.Fit;

/// <summary>The order in which an epoch takes the samples.</summary>
internal static class EpochOrder
{
    /// <summary>
    /// Fisher and Yates' shuffle, every permutation as likely as the numbers allow. It starts from the ascending order and depends on seed and epoch
    /// alone, not on the epoch before, so that a run that goes on meets the samples in the order in which it would have met them.
    /// </summary>
    internal static void Shuffle(Span<int> order, int seed, int epoch)
    {
        Ascend(order);
        var random = new SplitMix64(seed, epoch);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.NextBelow(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    internal static void Ascend(Span<int> order)
    {
        for (int i = 0; i < order.Length; i++) order[i] = i;
    }
}
