using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Sample;

/// <summary>
/// One layer back, one sample, updated in the same pass: δ⁻_j = a_j(1 − a_j)·Σ_i w_ij·δ_i, w_ij ← w_ij − r·δ_i·a_j, b_i ← b_i − r·δ_i.
/// </summary>
public unsafe class BackwardUpdate : Contest
{
    private AlignedBuffer _w = null!, _b = null!, _a = null!, _delta = null!, _inputDelta = null!;

    public override IEnumerable<Size> Sizes => [new(8, 16), new(67, 45), new(784, 128)];

    internal override Work Work => Work.OfBackward(Size.Inputs, Size.Outputs, accumulates: false);

    private protected override float[] Results => [.. _w.Span, .. _b.Span, .. _inputDelta.Span];

    private protected override void Allocate()
    {
        (_w, _b) = (Uniform(Size.Inputs * Size.Outputs), Uniform(Size.Outputs));
        (_a, _delta, _inputDelta) = (Uniform(Size.Inputs), Uniform(Size.Outputs), new AlignedBuffer(Size.Inputs));
    }

    [Benchmark]
    public override void Run() => Contestant.Set.Of(Activation.Sigmoid).BackwardUpdate(
        _w.Pointer, _b.Pointer, _a.Pointer, null, Size.Inputs, _delta.Pointer, Size.Outputs, _inputDelta.Pointer, -LearningRate);
}
