using Xunit;

namespace FastNN.Tests.Training;

/// <summary>
/// What a trainer allocates for a batch. Nothing runs beside this test. If another test caused a collection, the rest of this thread's
/// allocation block would count.
/// </summary>
[Collection(nameof(Alone))]
public class BatchMemoryTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_batch()
    {
        var network = new Network([30, 20, 4], seed: 1);
        float[] inputs = Cases.Uniform(1, 5000 * 30), targets = Cases.Uniform(2, 5000 * 4);
        long small = AllocatedBy(500), large = AllocatedBy(5000);
        Assert.Equal(small, AllocatedBy(1024));
        Assert.Equal(large, AllocatedBy(1025));
        long workspace = sizeof(float) * (2L * (32 + 16) + 128 * (1 + 31 + 21 + 32 + 16) + network.Parameters.Length); // as documented
        Assert.InRange(small, workspace, workspace + 2000);
        long segments = sizeof(float) * 2L * network.Parameters.Length;
        Assert.InRange(large, small + segments, small + segments + 1000);

        // The least of three counts: the first one warms up, and a collection may add to another.
        long AllocatedBy(int batch) => Enumerable.Range(0, 3).Min(_ =>
        {
            var trainer = new Trainer(network, new Sgd(1e-3f));
            long before = GC.GetAllocatedBytesForCurrentThread();
            trainer.Step(inputs.AsSpan(0, batch * 30), targets.AsSpan(0, batch * 4));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
