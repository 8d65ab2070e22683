using FastNN.Bench.Contests;
using FastNN.Contract;
using FastNN.Plumbing;

namespace FastNN.Bench.Batch;

/// <summary>A kernel for batches, on full tiles of the contestant's width. Scalar's tiles have one sample each.</summary>
public abstract unsafe class BatchContest : Contest
{
    /// <summary>Samples in a call: whole tiles of every width.</summary>
    private protected const int Samples = 64;

    /// <summary>As for networks on batches, vectors alone; all are compared with Scalar's bits.</summary>
    public override IEnumerable<Contestant> Contestants => Contestant.Vectors;

    internal override string Baseline => "widest";

    private protected int Tile => Contestant.Set.Tile;

    private protected int Tiles => Size.Batch / Tile;

    private protected TileGroup Group => new(Tiles, Size.Inputs * (nint)Tile, Size.Outputs * (nint)Tile);

    private protected BatchKernels Kernels { get; private set; } = null!;

    /// <summary>W, and behind it b.</summary>
    private protected AlignedBuffer Parameters { get; private set; } = null!;

    private protected float* Weights => Parameters.Pointer;

    private protected float* Biases => Parameters.Pointer + (nint)Size.Inputs * Size.Outputs;

    private protected static Size Layer(int inputs, int outputs) => new(inputs, outputs) { Batch = Samples };

    private protected override void Allocate()
    {
        Kernels = BatchKernels.Of(Contestant.Set);
        Parameters = Uniform((Size.Inputs + 1) * Size.Outputs);
    }

    /// <summary>From [samples][neurons] to tiles [neurons][samples of the tile], that lie so many floats apart.</summary>
    private protected AlignedBuffer ToTiles(AlignedBuffer rows, int neurons, int stride = 0)
    {
        if (stride == 0) stride = neurons * Tile;
        var tiles = new AlignedBuffer(Tiles * stride);
        for (int t = 0; t < Tiles; t++)
        {
            Contestant.Scalar.Set.Transpose(
                rows.Pointer + t * Tile * (nint)neurons, neurons, Tile, neurons, tiles.Pointer + t * (nint)stride, Tile);
        }

        return tiles;
    }

    /// <summary>Back to [samples][neurons], in which all contestants' results can be compared.</summary>
    private protected float[] ToRows(AlignedBuffer tiles, int neurons, int stride = 0)
    {
        if (stride == 0) stride = neurons * Tile;
        var rows = new float[Size.Batch * neurons];
        fixed (float* target = rows)
        {
            for (int t = 0; t < Tiles; t++)
            {
                Contestant.Scalar.Set.Transpose(
                    tiles.Pointer + t * (nint)stride, Tile, neurons, Tile, target + t * Tile * (nint)neurons, neurons);
            }
        }

        return rows;
    }
}
