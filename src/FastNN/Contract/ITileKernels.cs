namespace FastNN.Contract;

/// <summary>
/// The primitives of one variant for batches, whose samples lie in the lanes: a tile is [neurons][lanes]. What they compute stands at their
/// reference in Scalar/. Raw pointers to memory that stays put, sizes at least 1, no checks. No other memory is touched, not even read.
/// </summary>
internal unsafe interface ITileKernels
{
    /// <summary>Samples in a full tile.</summary>
    static abstract int Tile { get; }

    /// <summary>Lanes of the tile for so many samples, at most <see cref="Tile"/>. Lanes without a sample mean nothing.</summary>
    static abstract int LanesFor(int samples);

    /// <summary>The sums of a layer that is not narrow on samples in rows.</summary>
    static abstract void RowForward(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* z, nint zStride, int outputs);

    /// <summary>target[c][r] = source[r][c]: samples into a tile, and out of it.</summary>
    static abstract void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride);

    /// <summary>The sums of a layer on tiles. Behind W must lie its biases: a copy of the last weights may end in them.</summary>
    static abstract void TileForward(float* a, int inputs, float* w, float* b, float* z, int outputs, int lanes, TileGroup group);

    /// <summary>The sums of a layer not wider than four, with no more inputs, on a tile of any number of lanes that is a multiple of a vector's.</summary>
    static abstract void TileTinyForward(in LayerShape layer, float* parameters, float* a, float* z, int lanes);

    /// <summary>δ takes the place of the outputs a; the first of sixteen rows at costs receives the samples' costs.</summary>
    static abstract void TileOutputDelta<A, C>(float* a, float* kept, float* y, int outputs, int lanes, float* costs)
        where A : struct, IActivation
        where C : struct, ICost;

    static abstract void TileSoftmax(float* z, int outputs, int lanes);

    /// <summary>δ of softmax and a cost takes the place of a; costs as for <see cref="TileOutputDelta"/>.</summary>
    static abstract void TileSoftmaxDelta<C>(float* a, float* y, int outputs, int lanes, float* costs)
        where C : struct, ICost;

    /// <summary>The same for cross-entropy, from the sums z.</summary>
    static abstract void TileCrossEntropyDelta(float* z, float* y, int outputs, int lanes, float* costs);

    static abstract void TileBackward<A>(float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where A : struct, IActivation;

    /// <summary>The deltas of a tile to where the chunk keeps them for <see cref="BatchGradient"/>.</summary>
    static abstract void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk);

    static abstract void BatchGradient(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate);
}
