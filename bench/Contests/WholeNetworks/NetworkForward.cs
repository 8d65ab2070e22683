using BenchmarkDotNet.Attributes;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;

namespace FastNN.Bench.WholeNetworks;

/// <summary>Samples through all layers.</summary>
public class NetworkForward : NetworkContest
{
    public NetworkForward()
        : this(batches: false)
    {
    }

    private protected NetworkForward(bool batches)
        : base(batches)
    {
    }

    internal override string Pass => ScalingTask.Forward;

    internal override Work Work => Work.OfForward(Size.Widths, Size.Batch);

    private protected override IEnumerable<NetworkKind> Kinds => NetworkKind.Others.Where(kind => !kind.Adam);

    private protected override float[] Results => [.. Y.Span];

    [Benchmark]
    public override void Run() => Network.Forward(X.Span, Y.Span, Size.Threads);
}

/// <summary>The same for batches, which go through tile by tile.</summary>
public class NetworkBatchForward() : NetworkForward(batches: true);
