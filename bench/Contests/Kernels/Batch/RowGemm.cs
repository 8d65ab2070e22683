using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Batch;

/// <summary>The sums of a layer on samples in rows.</summary>
public unsafe class RowGemm : BatchContest
{
    private AlignedBuffer _x = null!, _z = null!;

    public override IEnumerable<Size> Sizes => [Layer(67, 45), Layer(784, 128), Layer(1024, 1024)];

    internal override IEnumerable<Size> RaggedSizes => [Layer(3, 5), Layer(17, 33), Layer(66, 129)];

    internal override Work Work => Work.OfForward(Size.Widths, Size.Batch);

    private protected override float[] Results => [.. _z.Span];

    private protected override void Allocate()
    {
        base.Allocate();
        (_x, _z) = (Uniform(Size.Batch * Size.Inputs), new AlignedBuffer(Size.Batch * Size.Outputs));
    }

    [Benchmark]
    public override void Run() => Kernels.RowForward(_x.Pointer, Size.Batch, Size.Inputs, Weights, Biases, _z.Pointer, Size.Outputs);
}
