namespace FastNN;

/// <summary>
/// The primitives of one variant for batches, whose samples lie in the lanes: a tile is [neurons][lanes]. What they compute stands at their
/// reference in Scalar/. Raw pointers to memory that stays put, sizes at least 1, no checks.
/// </summary>
internal unsafe interface ITileKernels
{
    /// <summary>Samples in a full tile.</summary>
    static abstract int Tile { get; }

    /// <summary>Lanes of the tile for so many samples, at most <see cref="Tile"/>. Lanes without a sample mean nothing.</summary>
    static abstract int LanesFor(int samples);

    /// <summary>A layer that is not narrow on samples in rows.</summary>
    static abstract void RowForward(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs);

    /// <summary>target[c][r] = source[r][c]: samples into a tile, and out of it.</summary>
    static abstract void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride);

    static abstract void TileForward(float* a, int inputs, float* w, float* b, float* y, int outputs, int lanes, TileGroup group);

    /// <summary>A tile through all layers of a network none of which is wider than four; tile has room for the inputs of all layers.</summary>
    static abstract void TileTinyForward(LayerShape[] layers, float* parameters, float* tile, int lanes, float* output);

    /// <summary>δ takes the place of the outputs a; the first of sixteen rows at costs receives the samples' costs.</summary>
    static abstract void TileOutputDelta(float* a, float* y, int outputs, int lanes, float* costs);

    static abstract void TileBackward(float* w, float* delta, int outputs, float* a, int inputs, float* inputDelta, int lanes, TileGroup group);

    /// <summary>The deltas of a tile to where the chunk keeps them for <see cref="BatchGradient"/>.</summary>
    static abstract void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk);

    static abstract void BatchGradient(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate);
}
