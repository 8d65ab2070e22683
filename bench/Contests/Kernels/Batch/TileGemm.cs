using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Batch;

/// <summary>The sums of a layer on tiles, four together at most, as a network takes them.</summary>
public unsafe class TileGemm : BatchContest
{
    private AlignedBuffer _a = null!, _z = null!;

    public override IEnumerable<Size> Sizes => [Layer(17, 33), Layer(128, 100), Layer(500, 500)];

    internal override IEnumerable<Size> RaggedSizes => [Layer(3, 5), Layer(31, 34), Layer(66, 129)];

    internal override Work Work => Work.OfForward(Size.Widths, Size.Batch);

    private protected override float[] Results => ToRows(_z, Size.Outputs);

    private protected override void Allocate()
    {
        base.Allocate();
        (_a, _z) = (ToTiles(Uniform(Size.Batch * Size.Inputs), Size.Inputs), new AlignedBuffer(Size.Batch * Size.Outputs));
    }

    [Benchmark]
    public override void Run() =>
        Kernels.TileForward(_a.Pointer, Size.Inputs, Weights, Biases, _z.Pointer, Size.Outputs, Tile, Group);
}
