using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Spans;

/// <summary>w_k ← w_k − r·(scale·g_k), here the mean over a batch of 32.</summary>
public unsafe class GradientDescent : Contest
{
    private AlignedBuffer _w = null!, _g = null!;

    /// <summary>The parameters of 2-4-3-2, of 17-33-9-5, and of 784-128-10.</summary>
    public override IEnumerable<Size> Sizes => [new(35), new(950), new(101770)];

    internal override IEnumerable<Size> RaggedSizes => [new(1), new(3), new(15), new(33), new(4097)];

    internal override Work Work => Work.OfGradientDescent(Size.Outputs);

    private protected override float[] Results => [.. _w.Span];

    private protected override void Allocate() => (_w, _g) = (Uniform(Size.Outputs), Uniform(Size.Outputs));

    [Benchmark]
    public override void Run() => Contestant.Set.GradientDescent(_w.Pointer, _g.Pointer, _w.Length, 1f / 32, -LearningRate);
}
