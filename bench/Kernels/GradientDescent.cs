using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>w_k ← w_k − r·(scale·g_k), here the mean over a batch of 32.</summary>
public unsafe class GradientDescent : KernelBenchmark
{
    private AlignedBuffer _w = null!, _g = null!;

    /// <summary>The parameters of 2-4-3-2, of 17-33-9-5, and of 784-128-10.</summary>
    public override IEnumerable<Shape> Shapes => [new(1, 35), new(1, 950), new(1, 101770)];

    internal override IEnumerable<Shape> RaggedShapes => [new(1, 1), new(1, 3), new(1, 15), new(1, 33), new(1, 4097)];

    private protected override float[] Results => [.. _w.Span];

    private protected override void Allocate() => (_w, _g) = (Uniform(Shape.Outputs), Uniform(Shape.Outputs));

    [Benchmark]
    public override void Run() => Kernels.Set.GradientDescent(_w.Pointer, _g.Pointer, _w.Length, 1f / 32, -LearningRate);
}
