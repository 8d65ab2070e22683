using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Plumbing;

namespace FastNN.Bench.Batch;

/// <summary>The deltas of the layer before, on tiles: δ⁻_j = Σ_i w_ij·δ_i.</summary>
public unsafe class TileGemmBackward : BatchContest
{
    private AlignedBuffer _delta = null!, _inputDelta = null!;

    public override IEnumerable<Size> Sizes => [Layer(17, 33), Layer(128, 100), Layer(500, 500)];

    internal override IEnumerable<Size> RaggedSizes => [Layer(3, 5), Layer(31, 34), Layer(66, 129)];

    internal override Work Work => Work.OfTileBackward(Size.Inputs, Size.Outputs, Size.Batch);

    private protected override float[] Results => ToRows(_inputDelta, Size.Inputs, Stride);

    /// <summary>Floats from tile to tile: the same for both deltas.</summary>
    private int Stride => Math.Max(Size.Inputs, Size.Outputs) * Tile;

    private protected override void Allocate()
    {
        base.Allocate();
        _delta = ToTiles(Uniform(Size.Batch * Size.Outputs), Size.Outputs, Stride);
        _inputDelta = new AlignedBuffer(Tiles * Stride);
    }

    /// <summary>
    /// Behind identities, so that nothing kept is looked at; loads of it may stay, and then are of deltas, which are as large.
    /// </summary>
    [Benchmark]
    public override void Run() => Kernels.TileBackward(
        Weights, _delta.Pointer, Size.Outputs, _delta.Pointer, Size.Inputs, _inputDelta.Pointer, Tile, new(Tiles, Stride, Stride));
}
