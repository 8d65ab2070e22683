using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Sample;

/// <summary>δ_i = 2(a_i − y_i)·a_i(1 − a_i), and the cost Σ_i (a_i − y_i)².</summary>
public unsafe class OutputDelta : Contest
{
    private readonly AlignedBuffer _cost = new(1);
    private AlignedBuffer _a = null!, _y = null!, _delta = null!;

    public override IEnumerable<Size> Sizes => [new(10), new(67), new(1024)];

    internal override IEnumerable<Size> RaggedSizes => [new(1), new(3), new(15), new(33), new(129)];

    internal override Work Work => Work.OfOutputDelta(Size.Outputs);

    private protected override float[] Results => [.. _delta.Span, .. _cost.Span];

    private protected override void Allocate() =>
        (_a, _y, _delta) = (Uniform(Size.Outputs), Uniform(Size.Outputs), new AlignedBuffer(Size.Outputs));

    [Benchmark]
    public override void Run() => *_cost.Pointer = Contestant.Set.Of(Activation.Sigmoid).Under(Cost.SquaredError).Delta(
        _a.Pointer, _a.Pointer, _y.Pointer, _delta.Pointer, Size.Outputs);
}
