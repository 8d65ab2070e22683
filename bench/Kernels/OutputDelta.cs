using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>δ_i = 2(a_i − y_i)·a_i(1 − a_i), and the cost Σ_i (a_i − y_i)².</summary>
public unsafe class OutputDelta : KernelBenchmark
{
    private readonly AlignedBuffer _cost = new(1);
    private AlignedBuffer _a = null!, _y = null!, _delta = null!;

    public override IEnumerable<Shape> Shapes => [new(1, 10), new(1, 67), new(1, 1024)];

    internal override IEnumerable<Shape> RaggedShapes => [new(1, 1), new(1, 3), new(1, 15), new(1, 33), new(1, 129)];

    private protected override float[] Results => [.. _delta.Span, .. _cost.Span];

    private protected override void Allocate() =>
        (_a, _y, _delta) = (Uniform(Shape.Outputs), Uniform(Shape.Outputs), new AlignedBuffer(Shape.Outputs));

    [Benchmark]
    public override void Run() => *_cost.Pointer = Kernels.Set.OutputDelta(_a.Pointer, _y.Pointer, _delta.Pointer, Shape.Outputs);
}
