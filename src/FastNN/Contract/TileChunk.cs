using FastNN.Plumbing;

namespace FastNN.Contract;

/// <summary>
/// A chunk of a batch in memory, as it is kept from going through the layers to summing up the gradient. Tile after tile the inputs of all layers,
/// [neurons, then a 1 for the biases][lanes of the tile], of a first layer that takes rows the 1 alone; and layer after layer the deltas, turned to have
/// samples in rows: [panel of neurons][sample][neurons of the panel].
/// </summary>
internal readonly unsafe struct TileChunk
{
    internal TileChunk(float* memory, float* x, LayerShape[] layers, int tile, int lastTile, int samples)
    {
        X = x;
        Columns = layers[0].Inputs;
        Tile = tile;
        LastTile = lastTile;
        Samples = samples;
        TileRows = layers[^1].OnesRow + 1;
        Costs = memory;
        Inputs = Costs + VirtualLanes.RoundUp(samples);
        Deltas = Inputs + (nint)TileRows * Tiles * tile;
    }

    /// <summary>Floats that the memory of a chunk takes.</summary>
    internal static long Floats(LayerShape[] layers, int tile, int samples) =>
        VirtualLanes.RoundUp(samples)
        + (layers[^1].OnesRow + 1L) * (Parts.Of(samples, tile) * tile)
        + (long)layers[^1].ActivationsEnd * samples;

    /// <summary>The samples as the user has them, in rows.</summary>
    internal float* X { get; }

    /// <summary>Floats of such a row.</summary>
    internal int Columns { get; }

    /// <summary>Samples, and lanes, of every tile but the last.</summary>
    internal int Tile { get; }

    /// <summary>Lanes of the last tile, at least its samples.</summary>
    internal int LastTile { get; }

    internal int Samples { get; }

    internal int Tiles => Parts.Of(Samples, Tile);

    /// <summary>Rows of a tile, all layers together.</summary>
    internal int TileRows { get; }

    /// <summary>One cost for each sample.</summary>
    internal float* Costs { get; }

    internal float* Inputs { get; }

    internal float* Deltas { get; }

    internal int LanesOf(int tile) => tile == Tiles - 1 ? LastTile : Tile;

    internal int SamplesOf(int tile) => Math.Min(Tile, Samples - tile * Tile);

    /// <summary>The samples of a tile as the user has them.</summary>
    internal float* XOf(int tile) => X + (nint)tile * Tile * Columns;

    /// <summary>A tile: the inputs of a layer in it start its InputRows·lanes floats further.</summary>
    internal float* TileOf(int tile) => Inputs + (nint)tile * Tile * TileRows;

    /// <summary>The deltas of a layer; the panel of its neurons from i on starts i·Samples floats further.</summary>
    internal float* DeltasOf(in LayerShape layer) => Deltas + (nint)layer.Activations * Samples;
}
