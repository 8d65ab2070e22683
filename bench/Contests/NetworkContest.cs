using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>Whole networks, on one sample at a time and on batches.</summary>
public abstract class NetworkContest : Contest
{
    private protected NetworkContest()
    {
    }

    public override IEnumerable<Size> Sizes =>
    [
        .. Networks.Widths.Select(widths => new Size(widths)),
        .. Networks.Widths.Where(widths => widths[0] <= LargestForBatch).Select(widths => new Size(widths) { Batch = 64 }),
    ];

    public override IEnumerable<Contestant> Contestants => Contestant.Variants;

    /// <summary>Where Scalar is not too slow for a run of minutes.</summary>
    private static int LargestForBatch => 784;

    internal override IEnumerable<Size> RaggedSizes => [new(1, 1), new(3, 4, 2) { Batch = 5 }, new(7, 9, 33, 3) { Batch = 3 }, new(100, 129, 7)];

    private protected Network Network { get; private set; } = null!;

    private protected AlignedBuffer X { get; private set; } = null!;

    private protected AlignedBuffer Y { get; private set; } = null!;

    private protected override void Allocate()
    {
        Network = Networks.Create(Size.Widths, Contestant);
        X = Uniform(Size.Batch * Size.Inputs);
        Y = Uniform(Size.Batch * Size.Outputs, 0.25f);
        foreach (ref float y in Y.Span) y += 0.5f;
    }
}

/// <summary>Samples through all layers.</summary>
public class NetworkForward : NetworkContest
{
    internal override string Name => "Network forward";

    internal override Work Work => Work.OfForward(Size.Widths, Size.Batch);

    private protected override float[] Results => [.. Y.Span];

    [Benchmark]
    public override void Run() => Network.Forward(X.Span, Y.Span);
}

/// <summary>A step of training: forward, backward, update. For one sample it is the online step.</summary>
public class NetworkStep : NetworkContest
{
    private Trainer _trainer = null!;
    private float _cost;

    internal override string Name => "Network step";

    internal override Work Work => Work.OfStep(Size.Widths, Size.Batch);

    private protected override float[] Results => [_cost, .. Network.Parameters];

    private protected override void Allocate()
    {
        base.Allocate();
        _trainer = new Trainer(Network, new Sgd(LearningRate));
    }

    [Benchmark]
    public override void Run() => _cost = _trainer.Step(X.Span, Y.Span);
}
