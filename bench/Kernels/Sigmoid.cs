using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>y_k = σ(x_k), x uniform in ±8.</summary>
public unsafe class Sigmoid : KernelBenchmark
{
    private const int Page = 4096 / sizeof(float);
    private AlignedBuffer _buffer = null!;

    public override IEnumerable<Shape> Shapes => [new(1, 16), new(1, 1000), new(1, 65536)];

    internal override IEnumerable<Shape> RaggedShapes => [new(1, 1), new(1, 3), new(1, 67), new(1, 256), new(1, 4096)];

    private protected override float[] Results => [.. _buffer.Span[Y..]];

    /// <summary>
    /// Where y begins in the buffer behind x: half a page off, because a load waits for a store shortly before it whose address is the same
    /// within a page. Where y − x is a few vectors more than whole pages, Vector512 loses up to a fifth at n = 65536.
    /// </summary>
    private int Y => (Shape.Outputs + Page - 1) / Page * Page + Page / 2;

    private protected override void Allocate() => _buffer = Uniform(Y + Shape.Outputs, 8f);

    [Benchmark]
    public override void Run() => Kernels.Set.Sigmoid(_buffer.Pointer, _buffer.Pointer + Y, Shape.Outputs);
}
