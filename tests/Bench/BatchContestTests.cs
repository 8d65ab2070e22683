using FastNN.Bench.Batch;
using FastNN.Bench.Contests;
using Xunit;

namespace FastNN.Tests.Bench;

/// <summary>What the bench times of the kernels for batches computes what the reference does.</summary>
public class BatchContestTests
{
    [Fact]
    public void Kernels_for_batches_compute_the_bits_of_the_reference() => Assert.All(
        from contest in Contest.All.OfType<BatchContest>()
        from size in contest.ValidatedSizes
        from contestant in contest.Contestants
        select contest.For(size, contestant),
        contest => Assert.True(contest.CompareWithScalar().IsAccepted, $"{contest.CompareWithScalar()}"));

    [Fact]
    public void Every_kernel_for_batches_has_work() => Assert.All(
        from contest in Contest.All.OfType<BatchContest>() from size in contest.Sizes select contest.For(size, Contestant.Scalar),
        contest => Assert.True(contest.Work.Bytes > 0));
}
