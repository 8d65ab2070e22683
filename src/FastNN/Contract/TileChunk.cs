using FastNN.Plumbing;

namespace FastNN.Contract;

/// <summary>
/// A chunk of a batch in memory, between the pass through the layers and the sum of the gradient. It has the inputs of all layers, tile
/// after tile: [neurons, then a 1 for the biases][lanes of the tile]. If the first layer reads rows, only its 1 is there. It also has the
/// deltas, layer after layer. They are transposed, so that samples are rows: [panel of neurons][sample][neurons of the panel].
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

    /// <summary>Floats in the memory of a chunk.</summary>
    internal static long Floats(LayerShape[] layers, int tile, int samples) =>
        FloatsBeforeDeltas(layers, tile, samples) + (long)layers[^1].ActivationsEnd * samples;

    /// <summary>The same for a chunk whose deltas nobody packs.</summary>
    internal static long FloatsBeforeDeltas(LayerShape[] layers, int tile, int samples) =>
        VirtualLanes.RoundUp(samples) + (layers[^1].OnesRow + 1L) * (Parts.Of(samples, tile) * tile);

    /// <summary>The samples in rows, as the user has them.</summary>
    internal float* X { get; }

    /// <summary>Floats in such a row.</summary>
    internal int Columns { get; }

    /// <summary>The samples of each tile but the last. Such a tile has as many lanes.</summary>
    internal int Tile { get; }

    /// <summary>Lanes of the last tile, at least as many as it has samples.</summary>
    internal int LastTile { get; }

    internal int Samples { get; }

    internal int Tiles => Parts.Of(Samples, Tile);

    /// <summary>Rows of a tile, for all layers together.</summary>
    internal int TileRows { get; }

    /// <summary>One cost for each sample of the chunk.</summary>
    internal float* Costs { get; }

    internal float* Inputs { get; }

    internal float* Deltas { get; }

    internal int LanesOf(int tile) => tile == Tiles - 1 ? LastTile : Tile;

    internal int SamplesOf(int tile) => Math.Min(Tile, Samples - tile * Tile);

    /// <summary>The samples of a tile in rows, as the user has them.</summary>
    internal float* XOf(int tile) => X + (nint)tile * Tile * Columns;

    /// <summary>A tile. The inputs of a layer start InputRows·lanes floats later.</summary>
    internal float* TileOf(int tile) => Inputs + (nint)tile * Tile * TileRows;

    /// <summary>The deltas of a layer. The panel that starts with neuron i starts i·Samples floats later.</summary>
    internal float* DeltasOf(in LayerShape layer) => Deltas + (nint)layer.Activations * Samples;
}
