namespace FastNN.Contract;

/// <summary>Tiles of the same number of lanes that go through a layer together.</summary>
/// <param name="Tiles">How many.</param>
/// <param name="InputStride">Floats from one tile's inputs to the next one's.</param>
/// <param name="OutputStride">The same for its outputs, or, going back, for both deltas.</param>
internal readonly record struct TileGroup(int Tiles, nint InputStride, nint OutputStride);
