using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Sample;

/// <summary>One layer, one sample: y_i = σ(b_i + Σ_j x_j·w_ij).</summary>
public unsafe class Forward : Contest
{
    private AlignedBuffer _x = null!, _w = null!, _b = null!, _y = null!;

    public override IEnumerable<Size> Sizes => [new(8, 16), new(67, 45), new(784, 128)];

    internal override Work Work => Work.OfForward(Size.Widths, batch: 1);

    private protected override float[] Results => [.. _y.Span];

    private protected override void Allocate()
    {
        (_x, _w) = (Uniform(Size.Inputs), Uniform(Size.Inputs * Size.Outputs));
        (_b, _y) = (Uniform(Size.Outputs), new AlignedBuffer(Size.Outputs));
    }

    [Benchmark]
    public override void Run() => Contestant.Set.Of(Activation.Sigmoid).Forward(
        _x.Pointer, Size.Inputs, _w.Pointer, _b.Pointer, _y.Pointer, Size.Outputs, Size.Outputs);
}
