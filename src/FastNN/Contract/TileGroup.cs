namespace FastNN.Contract;

/// <summary>Tiles that go through a layer together. All have the same number of lanes.</summary>
/// <param name="Tiles">The number of tiles.</param>
/// <param name="InputStride">Floats from the inputs of one tile to those of the next.</param>
/// <param name="OutputStride">Floats from the outputs of one tile to those of the next. Backward, this is so for both deltas.</param>
internal readonly record struct TileGroup(int Tiles, nint InputStride, nint OutputStride);
