using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>y_k = σ(x_k), x uniform in ±8.</summary>
public unsafe class Sigmoid : KernelBenchmark
{
    private AlignedBuffer _x = null!, _y = null!;

    public override IEnumerable<Shape> Shapes => [new(1, 16), new(1, 1000), new(1, 65536)];

    internal override IEnumerable<Shape> RaggedShapes => [new(1, 1), new(1, 3), new(1, 67), new(1, 256), new(1, 4096)];

    private protected override IEnumerable<AlignedBuffer> Results => [_y];

    private protected override void Allocate() => (_x, _y) = (Uniform(Shape.Outputs, 8f), new AlignedBuffer(Shape.Outputs));

    [Benchmark]
    public override void Run() => Kernels.Set.Sigmoid(_x.Pointer, _y.Pointer, _x.Length);
}
