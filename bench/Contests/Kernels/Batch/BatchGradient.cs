using BenchmarkDotNet.Attributes;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Bench.Batch;

/// <summary>The gradient of a layer over a chunk of samples: G_ij = Σ_s δ_i[s]·a_j[s], G_i = Σ_s δ_i[s].</summary>
public unsafe class BatchGradient : BatchContest
{
    private AlignedBuffer _memory = null!, _x = null!, _gradient = null!;
    private LayerShape[] _layers = null!;
    private TileChunk _chunk;

    public override IEnumerable<Size> Sizes => [Layer(17, 33), Layer(784, 128), Layer(500, 500)];

    internal override IEnumerable<Size> RaggedSizes => [Layer(3, 5), Layer(31, 34), Layer(66, 129)];

    internal override Work Work => Work.OfBatchGradient(Size.Inputs, Size.Outputs, Size.Batch);

    private protected override float[] Results => [.. _gradient.Span];

    private protected override void Allocate()
    {
        base.Allocate();
        int inputs = Size.Inputs, outputs = Size.Outputs;
        bool inRows = Routes.FirstLayerInRows(inputs, outputs, Tuning.Machine.Here);
        _layers = LayerShape.LayOut(Size.Widths, [false], inRows, AlignedBuffer.MaxLength);
        _x = Uniform(Size.Batch * inputs);
        _memory = new AlignedBuffer((int)TileChunk.Floats(_layers, Tile, Size.Batch));
        _chunk = new TileChunk(_memory.Pointer, _x.Pointer, _layers, Tile, Tile, Size.Batch);
        _gradient = new AlignedBuffer((inputs + 1) * outputs);
        AlignedBuffer deltas = ToTiles(Uniform(Size.Batch * outputs), outputs), tiles = ToTiles(_x, inputs);
        for (int t = 0; t < Tiles; t++)
        {
            float* tile = _chunk.TileOf(t);
            if (!inRows) tiles.Span.Slice(t * inputs * Tile, inputs * Tile).CopyTo(new Span<float>(tile, inputs * Tile));
            new Span<float>(tile + (nint)_layers[0].OnesRow * Tile, Tile).Fill(1f);
            float* delta = deltas.Pointer + (nint)t * outputs * Tile;
            Kernels.PackDelta(delta, Tile, outputs, Tile, _chunk.DeltasOf(in _layers[0]), t * Tile, Size.Batch);
        }
    }

    [Benchmark]
    public override void Run() => Contestant.Set.BatchGradient(
        in _chunk, in _layers[0], 0, Size.Inputs + 1, null, _gradient.Pointer, scale: 1f, rate: 0f);
}
