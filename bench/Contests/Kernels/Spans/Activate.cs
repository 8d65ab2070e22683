using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Spans;

/// <summary>y_k = f(x_k), x uniform in ±8, for every activation; softmax over all of x.</summary>
public unsafe class Activate : Contest
{
    private const int Page = 4096 / sizeof(float);
    private AlignedBuffer _buffer = null!;

    [ParamsSource(nameof(Activations))]
    public Activation Activation { get; set; } = Activation.Sigmoid;

    public static IEnumerable<Activation> Activations => Activation.All;

    /// <summary>The sigmoid, the article's function, at more sizes than the others.</summary>
    public override IEnumerable<Size> Sizes => Activation == Activation.Sigmoid ? [new(16), new(1000), new(65536)] : [new(1000)];

    public override IEnumerable<Contestant> Contestants =>
        Contestant.All.Where(contestant => contestant != Contestant.TensorPrimitives || ActivationFormula.Of(Activation).HasPrimitives);

    internal override string Name => Activation.Name;

    internal override IEnumerable<Size> RaggedSizes => [new(1), new(3), new(67), new(256), new(4096)];

    internal override Work Work => Work.OfActivation(Activation, Size.Outputs);

    private protected override float[] Results => [.. _buffer.Span[Y..]];

    /// <summary>
    /// Where y begins in the buffer behind x: half a page off, because a load waits for a store shortly before it whose address is the same
    /// within a page. Where y − x is a few vectors more than whole pages, Vector512 loses up to a fifth at n = 65536.
    /// </summary>
    private int Y => (Size.Outputs + Page - 1) / Page * Page + Page / 2;

    private protected override void Allocate() => _buffer = Uniform(Y + Size.Outputs, 8f);

    [Benchmark]
    public override void Run() => Contestant.Set.Of(Activation).Activate(_buffer.Pointer, _buffer.Pointer + Y, Size.Outputs);
}
