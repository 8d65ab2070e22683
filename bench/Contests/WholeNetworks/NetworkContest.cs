using FastNN.Bench.Contests;
using FastNN.Plumbing;

namespace FastNN.Bench.WholeNetworks;

/// <summary>Whole networks, on one sample at a time or on batches.</summary>
public abstract class NetworkContest : Contest
{
    private const int LargestBatch = 1024, BatchOfKinds = 64;

    /// <summary>A few samples, and more than fill a tile.</summary>
    private static readonly int[] s_validatedBatches = [5, 67];
    private readonly bool _batches;

    private protected NetworkContest(bool batches) => _batches = batches;

    public override IEnumerable<Size> Sizes =>
        [.. _batches ? SizesOfBatches : Networks.Widths.Select(widths => new Size(widths)), .. SizesOfKinds];

    /// <summary>On batches, where Scalar would take minutes, vectors alone.</summary>
    public override IEnumerable<Contestant> Contestants => _batches ? Contestant.Vectors : Contestant.Variants;

    internal override string Name => $"{(_batches ? "Batch" : "Network")} {Pass}";

    internal override string Baseline => _batches ? "widest" : base.Baseline;

    internal override IEnumerable<Size> RaggedSizes => _batches
        ? [.. Enumerable.Range(1, 40).SelectMany(RaggedNetworks), .. ((int[])[65, 100, 257]).SelectMany(RaggedNetworks), .. RaggedKinds]
        : [new(1, 1), new(3, 4, 2), new(7, 9, 33, 3), new(100, 129, 7), .. from kind in Kinds select new Size(7, 9, 33, 3) { Kind = kind }];

    /// <summary>On batches every network that is timed, but at small ones, because Scalar has to take them too.</summary>
    internal override IEnumerable<Size> ValidatedSizes => _batches
        ? [
            .. from widths in Networks.WidthsOfBatches from batch in s_validatedBatches select new Size(widths) { Batch = batch },
            .. RaggedSizes,
        ]
        : base.ValidatedSizes;

    /// <summary>Forward or step.</summary>
    internal abstract string Pass { get; }

    /// <summary>Of the networks besides the article's.</summary>
    private protected virtual IEnumerable<NetworkKind> Kinds => NetworkKind.Others;

    private protected Network Network { get; private set; } = null!;

    private protected AlignedBuffer X { get; private set; } = null!;

    private protected AlignedBuffer Y { get; private set; } = null!;

    private protected override void Allocate()
    {
        Network = Networks.Create(Size.Widths, Size.Kind, Contestant);
        X = Uniform(Size.Batch * Size.Inputs);
        Y = Uniform(Size.Batch * Size.Outputs, 0.25f);
        foreach (ref float y in Y.Span) y += 0.5f;
        if (Size.Kind.Cost.TargetsSumToOne) MakeProbabilities(Y.Span, Size.Outputs);
    }

    private static IEnumerable<Size> SizesOfBatches =>
        from widths in Networks.WidthsOfBatches
        from batch in (int[])[64, LargestBatch]
        where batch < LargestBatch || widths[0] < LargestBatch
        select new Size(widths) { Batch = batch };

    private IEnumerable<Size> SizesOfKinds =>
        from kind in Kinds
        from widths in Networks.WidthsOfKinds
        select new Size(widths) { Kind = kind, Batch = _batches ? BatchOfKinds : 1 };

    /// <summary>The networks that are timed, at small batches, and a ragged one.</summary>
    private IEnumerable<Size> RaggedKinds =>
        from kind in Kinds
        from widths in Networks.WidthsOfKinds.Append([7, 9, 33, 3])
        from batch in s_validatedBatches
        select new Size(widths) { Kind = kind, Batch = batch, Threads = 1 + batch % 2 };

    /// <summary>Scales the targets of each sample so that they add up to 1.</summary>
    private static void MakeProbabilities(Span<float> targets, int outputs)
    {
        for (; !targets.IsEmpty; targets = targets[outputs..])
        {
            float sum = 0;
            foreach (float y in targets[..outputs]) sum += y;
            foreach (ref float y in targets[..outputs]) y /= sum;
        }
    }

    /// <summary>Small networks on a batch, on one thread, two or three.</summary>
    private static IEnumerable<Size> RaggedNetworks(int batch) =>
        ((int[][])[[1, 1], [3, 4, 2], [7, 9, 33, 3], [20, 40, 18]]).Select(
            (widths, k) => new Size(widths) { Batch = batch, Threads = 1 + (batch + k) % 3 });
}
