using System.Runtime.CompilerServices;
using FastNN.Plumbing;

namespace FastNN.Fit;

/// <summary>The order in which an epoch takes the samples.</summary>
internal static class EpochOrder
{
    /// <summary>
    /// The shuffle of Fisher and Yates. Every permutation is as likely as the random numbers allow. It starts from the ascending order and
    /// depends only on the seed and the epoch, not on the epoch before. So a run that continues takes the samples in the same order as a
    /// run that never stopped.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Ascend(Span<int> order)
    {
        for (int i = 0; i < order.Length; i++) order[i] = i;
    }
}
