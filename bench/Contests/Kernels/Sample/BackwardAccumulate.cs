using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Sample;

/// <summary>One layer back, one sample of a batch: δ⁻_j = a_j(1 − a_j)·Σ_i w_ij·δ_i, G_ij ← G_ij + δ_i·a_j, G_i ← G_i + δ_i.</summary>
public unsafe class BackwardAccumulate : Contest
{
    private AlignedBuffer _w = null!, _gw = null!, _gb = null!, _a = null!, _delta = null!, _inputDelta = null!;

    public override IEnumerable<Size> Sizes => [new(8, 16), new(67, 45), new(784, 128)];

    internal override Work Work => Work.OfBackward(Size.Inputs, Size.Outputs, accumulates: true);

    private protected override float[] Results => [.. _gw.Span, .. _gb.Span, .. _inputDelta.Span];

    private protected override void Allocate()
    {
        (_w, _gw, _gb) = (Uniform(Size.Inputs * Size.Outputs), Uniform(Size.Inputs * Size.Outputs), Uniform(Size.Outputs));
        (_a, _delta, _inputDelta) = (Uniform(Size.Inputs), Uniform(Size.Outputs), new AlignedBuffer(Size.Inputs));
    }

    [Benchmark]
    public override void Run() => Contestant.Set.Of(Activation.Sigmoid).BackwardAccumulate(
        _w.Pointer, _gw.Pointer, _gb.Pointer, _a.Pointer, null, Size.Inputs, _delta.Pointer, Size.Outputs, _inputDelta.Pointer);
}
