namespace FastNN.Contract;

/// <summary>Tiles of the same number of lanes that go through a layer together.</summary>
/// <param name="Tiles">How many.</param>
/// <param name="Inputs">Floats from one tile's inputs to the next one's.</param>
/// <param name="Outputs">The same for its outputs, or going back for both deltas.</param>
internal readonly record struct TileGroup(int Tiles, nint Inputs, nint Outputs)
{
    /// <summary>
    /// Tiles that go together: four, which read weights beyond the L2 cache once, and where layers are narrow wait less for σ (17-33-9-5 forward takes
    /// 0.95 of the time at 256 bits, 0.98 at 512). One where layers of many thousands would not leave the activations of four in the cache.
    /// </summary>
    internal static int SizeFor(LayerShape[] layers) => LayerShape.Widest(layers) > 8 * 1024 ? 1 : 4;

    /// <summary>The same, but no more than leave each of some threads its share of the tiles.</summary>
    internal static int Share(int together, int tiles, int threads) => Math.Min(together, (tiles - 1) / threads + 1);
}
