using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>y_k = σ(x_k), x uniform in ±8.</summary>
public unsafe class Sigmoid : Contest
{
    private const int Page = 4096 / sizeof(float);
    private AlignedBuffer _buffer = null!;

    public override IEnumerable<Size> Sizes => [new(16), new(1000), new(65536)];

    internal override IEnumerable<Size> RaggedSizes => [new(1), new(3), new(67), new(256), new(4096)];

    internal override Work Work => Work.OfSigmoid(Size.Outputs);

    private protected override float[] Results => [.. _buffer.Span[Y..]];

    /// <summary>
    /// Where y begins in the buffer behind x: half a page off, because a load waits for a store shortly before it whose address is the same
    /// within a page. Where y − x is a few vectors more than whole pages, Vector512 loses up to a fifth at n = 65536.
    /// </summary>
    private int Y => (Size.Outputs + Page - 1) / Page * Page + Page / 2;

    private protected override void Allocate() => _buffer = Uniform(Y + Size.Outputs, 8f);

    [Benchmark]
    public override void Run() => Contestant.Set.Sigmoid(_buffer.Pointer, _buffer.Pointer + Y, Size.Outputs);
}
