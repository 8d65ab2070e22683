using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>One layer back, one sample of a batch: δ⁻_j = a_j(1 − a_j)·Σ_i w_ij·δ_i, G_ij ← G_ij + δ_i·a_j, G_i ← G_i + δ_i.</summary>
public unsafe class Accumulate : KernelBenchmark
{
    private AlignedBuffer _w = null!, _gw = null!, _gb = null!, _a = null!, _delta = null!, _inputDelta = null!;

    public override IEnumerable<Shape> Shapes => [new(8, 16), new(67, 45), new(784, 128)];

    private protected override float[] Results => [.. _gw.Span, .. _gb.Span, .. _inputDelta.Span];

    private protected override void Allocate()
    {
        (_w, _gw, _gb) = (Uniform(Shape.Inputs * Shape.Outputs), Uniform(Shape.Inputs * Shape.Outputs), Uniform(Shape.Outputs));
        (_a, _delta, _inputDelta) = (Uniform(Shape.Inputs), Uniform(Shape.Outputs), new AlignedBuffer(Shape.Inputs));
    }

    [Benchmark]
    public override void Run() => Kernels.Set.Accumulate(
        _w.Pointer, _gw.Pointer, _gb.Pointer, _a.Pointer, Shape.Inputs, _delta.Pointer, Shape.Outputs, _inputDelta.Pointer);
}
