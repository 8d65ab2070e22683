using FastNN.Fit;
using FastNN.Plumbing;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>The order of the samples is a permutation. Each epoch and each seed has another one. It is the same for ever.</summary>
public class EpochOrderTests
{
    [Fact]
    public void Every_sample_comes_once()
    {
        foreach (int count in (int[])[1, 2, 3, 10, 1000])
            for (int epoch = 0; epoch < 5; epoch++) Assert.Equal(Enumerable.Range(0, count), Shuffled(count, 1, epoch).Order());
    }

    [Fact]
    public void Each_epoch_and_each_seed_has_an_order_of_its_own()
    {
        HashSet<string> orders = [];
        for (int seed = -5; seed < 5; seed++)
        {
            for (int epoch = 0; epoch < 20; epoch++)
                Assert.True(orders.Add(string.Join(' ', Shuffled(30, seed, epoch))), $"seed {seed}, epoch {epoch}");
        }
    }

    [Theory] // computed by another implementation, in Python
    [InlineData(0, 0, new[] { 1, 2, 5, 7, 0, 8, 4, 3, 9, 6 })]
    [InlineData(0, 1, new[] { 3, 6, 4, 7, 9, 5, 2, 1, 8, 0 })]
    [InlineData(1, 0, new[] { 6, 4, 7, 2, 9, 1, 5, 0, 8, 3 })]
    [InlineData(-7, 3, new[] { 9, 4, 0, 2, 3, 6, 1, 7, 5, 8 })]
    public void The_order_never_changes(int seed, int epoch, int[] expected) => Assert.Equal(expected, Shuffled(10, seed, epoch));

    [Fact]
    public void Every_permutation_is_as_likely()
    {
        var counts = new Dictionary<string, int>();
        for (int epoch = 0; epoch < 24_000; epoch++)
        {
            string order = string.Join(' ', Shuffled(4, 1, epoch));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1150)); // 1000, deviation 31
    }

    [Fact]
    public void Draws_below_a_bound_are_not_biased()
    {
        // Take eight 32-bit numbers in a row, times 3/8, rounded down. Three lead to 0 mod 3, three to 1 and two to 2, unless some are
        // drawn again.
        var random = new SplitMix64(1);
        int[] counts = new int[3];
        for (int k = 0; k < 30_000; k++) counts[random.NextBelow(3 << 29) % 3]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400)); // 10,000, deviation 82
    }

    private static int[] Shuffled(int count, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Repeat(7, count)]; // the rest of the epoch before must not count
        EpochOrder.Shuffle(order, seed, epoch);
        return order;
    }
}
