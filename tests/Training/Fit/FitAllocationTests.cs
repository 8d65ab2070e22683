using System.Runtime.CompilerServices;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Fit allocates when it begins. It allocates nothing more for a step, and only a report for an epoch.</summary>
[Collection(nameof(Alone))]
public class FitAllocationTests
{
    private readonly float[] _x = Cases.Uniform(1, 300 * 2), _y = Cases.Uniform(2, 300 * 2);
    private readonly Trainer _trainer = new(new Network([2, 4, 3, 2], seed: 1), new Sgd(0.1f));

    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    public void Twenty_epochs_allocate_only_their_reports(float split)
    {
        int? patience = split > 0 ? 100 : null;
        var options = new FitOptions { Epochs = 1, BatchSize = 7, ValidationSplit = split, Patience = patience };
        long Fit(int epochs) => Fewest(() => _trainer.Fit(_x, _y, options with { Epochs = epochs }));
        Fit(20);
        long two = Fit(2), twenty = Fit(20);
        Assert.InRange(two, 1, 10_000); // order, batch, best parameters, options, state and result
        Assert.InRange(Unsafe.SizeOf<EpochReport>(), 1, 99); // the page says less than 100 bytes

        // The smallest object takes 24 bytes. The JIT works meanwhile. It may find that an object of a call needs no heap. The runtime may
        // allocate some bytes, too.
        long reports = 18 * Unsafe.SizeOf<EpochReport>();
        Assert.True(twenty - two < reports + 18 * 24, $"2 epochs allocated {two} bytes, 20 epochs {twenty}.");
    }

    [Fact]
    public void Measuring_again_allocates_nothing() => Assert.Equal(0, Fewest(() => _trainer.Measure(_x, _y)));

    /// <summary>The least of many series. The runtime allocates bytes of its own, but not in all of them.</summary>
    private static long Fewest(Action action)
    {
        long fewest = long.MaxValue;
        for (int k = 0; k < 100; k++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
