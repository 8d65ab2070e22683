using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>One layer, one sample: y_i = σ(b_i + Σ_j x_j·w_ij).</summary>
public unsafe class Forward : KernelBenchmark
{
    private AlignedBuffer _x = null!, _w = null!, _b = null!, _y = null!;

    public override IEnumerable<Shape> Shapes => [new(8, 16), new(67, 45), new(784, 128)];

    private protected override float[] Results => [.. _y.Span];

    private protected override void Allocate()
    {
        (_x, _w) = (Uniform(Shape.Inputs), Uniform(Shape.Inputs * Shape.Outputs));
        (_b, _y) = (Uniform(Shape.Outputs), new AlignedBuffer(Shape.Outputs));
    }

    [Benchmark]
    public override void Run() => Kernels.Set.Forward(_x.Pointer, Shape.Inputs, _w.Pointer, _b.Pointer, _y.Pointer, Shape.Outputs);
}
