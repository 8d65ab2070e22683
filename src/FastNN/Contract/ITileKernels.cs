namespace FastNN.Contract;

/// <summary>
/// The primitives of one variant for batches. The samples are in the lanes: a tile is [neurons][lanes]. The twins in Reference say what the
/// primitives compute. Pointers are raw and the memory must not move. Sizes are at least 1. Nothing is checked. No other memory is touched,
/// not even read.
/// </summary>
internal unsafe interface ITileKernels : IMemberKernels
{
    /// <summary>Samples in a full tile.</summary>
    static abstract int Tile { get; }

    /// <summary>Lanes of the tile for this number of samples, at most <see cref="Tile"/>. Lanes without a sample mean nothing.</summary>
    static abstract int LanesFor(int samples);

    /// <summary>The sums of a layer that is not narrow. The samples are in rows.</summary>
    static abstract void RowForward(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* z, nint zStride, int outputs);

    /// <summary>Floats that <see cref="PackRows"/> writes for the weights of a layer.</summary>
    static abstract long PackedFloats(int inputs, int outputs);

    /// <summary>Copies the weights of a layer into the order in which <see cref="RowForwardPacked"/> reads them.</summary>
    static abstract void PackRows(float* w, int inputs, int outputs, float* packed);

    /// <summary>The same as <see cref="RowForward"/>, with packed weights, which start at a cache line.</summary>
    static abstract void RowForwardPacked(
        float* x, nint xStride, int samples, int inputs, float* packed, float* b, float* z, nint zStride, int outputs);

    /// <summary>target[c][r] = source[r][c]: copies samples into a tile, or out of it.</summary>
    static abstract void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride);

    /// <summary>
    /// The sums of a layer on tiles. The biases must follow W in memory, because a copy of the last weights may read some of them.
    /// </summary>
    static abstract void TileForward(float* a, int inputs, float* w, float* b, float* z, int outputs, int lanes, TileGroup group);

    /// <summary>
    /// The sums of a layer with at most four inputs and at most four outputs, on one tile. Its lanes may be any multiple of the lanes of a
    /// vector.
    /// </summary>
    static abstract void TileTinyForward(in LayerShape layer, float* parameters, float* a, float* z, int lanes);

    /// <summary>δ replaces the outputs a. costs has sixteen rows, and the first receives the costs of the samples.</summary>
    static abstract void TileOutputDelta<A, C>(C cost, float* a, float* kept, float* y, int outputs, int lanes, float* costs)
        where A : struct, IActivation
        where C : struct, ICost;

    /// <summary>The costs of samples with a weight for each output. costs is the same as in <see cref="TileOutputDelta"/>.</summary>
    static abstract void TileWeightedCost<C>(C cost, float* a, float* y, float* w, int outputs, int lanes, float* costs)
        where C : struct, ICost;

    /// <summary>One step of a standardizer on a tile, [features][lanes]. y may be x.</summary>
    static abstract void TileStandardize<TStep>(float* x, int features, int lanes, float* mean, float* factor, float* y)
        where TStep : struct, IStandardizerStep;

    static abstract void TileSoftmax(float* z, int outputs, int lanes);

    /// <summary>δ of softmax and a cost replaces a. costs is the same as in <see cref="TileOutputDelta"/>.</summary>
    static abstract void TileSoftmaxDelta<C>(C cost, float* a, float* y, int outputs, int lanes, float* costs)
        where C : struct, ICost;

    /// <summary>The same for cross-entropy, computed from the sums z.</summary>
    static abstract void TileCrossEntropyDelta(float* z, float* y, int outputs, int lanes, float* costs);

    /// <summary>The delta of the layer before.</summary>
    static abstract void TileBackward<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where A : struct, IActivation;

    /// <summary>The same with sums in the order of one sample (<see cref="VirtualLanes"/>).</summary>
    static abstract void TileBackwardDelta<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, int lanes, TileGroup group)
        where A : struct, IActivation;

    /// <summary>Copies the deltas of a tile to the place in the chunk where <see cref="BatchGradient"/> reads them.</summary>
    static abstract void PackDelta(float* delta, int lanes, int outputs, int samples, float* panels, int first, int chunk);

    /// <summary>The gradient of rows from..to of a layer, summed over the samples of a chunk.</summary>
    static abstract void BatchGradient(
        in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate);

    /// <summary>Floats in the panels of a segment of J, [rows, columns].</summary>
    static abstract long GramFloats(int columns, int rows);

    /// <summary>Writes one row of a segment into the panels, which start at a cache line.</summary>
    static abstract void PackGramRow(float* source, int columns, float* panels, int row, int rows);

    /// <summary>
    /// H += JᵀJ over a segment (<see cref="GramSegments"/>), in rows from..to of H. Rows of H are <paramref name="stride"/> apart. Nothing
    /// right of the diagonal is touched.
    /// </summary>
    static abstract void AddGram(float* panels, int rows, int from, int to, double* h, nint stride);
}
