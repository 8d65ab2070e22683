using BenchmarkDotNet.Attributes;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;

namespace FastNN.Bench.WholeNetworks;

/// <summary>A step of training: forward, backward, update. For one sample it is the online step.</summary>
public class NetworkStep : NetworkContest
{
    private Trainer _trainer = null!;
    private float _cost;

    public NetworkStep()
        : this(batches: false)
    {
    }

    private protected NetworkStep(bool batches)
        : base(batches)
    {
    }

    internal override string Pass => ScalingTask.Step;

    internal override Work Work => Work.OfStep(Size.Widths, Size.Batch, Size.Kind);

    private protected override float[] Results => [_cost, .. Network.Parameters];

    private protected override void Allocate()
    {
        base.Allocate();
        Optimizer optimizer = Size.Kind.Adam ? new Adam(LearningRate) : new Sgd(LearningRate);
        _trainer = new Trainer(Network, optimizer, Size.Kind.Cost, threads: Size.Threads);
    }

    [Benchmark]
    public override void Run() => _cost = _trainer.Step(X.Span, Y.Span);
}

/// <summary>The same for batches.</summary>
public class NetworkBatchStep() : NetworkStep(batches: true);
