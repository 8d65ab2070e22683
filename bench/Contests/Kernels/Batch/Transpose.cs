using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Batch;

/// <summary>Samples in rows into the lanes of one tile of all of them.</summary>
public unsafe class Transpose : BatchContest
{
    private AlignedBuffer _rows = null!, _tile = null!;

    public override IEnumerable<Size> Sizes => [Neurons(10), Neurons(64), Neurons(784)];

    internal override IEnumerable<Size> RaggedSizes => [Neurons(1), Neurons(3), Neurons(17)];

    internal override Work Work => Work.OfTranspose(Size.Inputs, Size.Batch);

    private protected override float[] Results => [.. _tile.Span];

    private protected override void Allocate() =>
        (_rows, _tile) = (Uniform(Size.Batch * Size.Inputs), new AlignedBuffer(Size.Batch * Size.Inputs));

    [Benchmark]
    public override void Run() =>
        Contestant.Set.Transpose(_rows.Pointer, Size.Inputs, Size.Batch, Size.Inputs, _tile.Pointer, Size.Batch);

    private static Size Neurons(int count) => new(count) { Batch = Samples };
}
