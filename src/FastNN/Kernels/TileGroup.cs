namespace FastNN;

/// <summary>Tiles of the same number of lanes that go through a layer together.</summary>
/// <param name="Tiles">How many.</param>
/// <param name="Inputs">Floats from one tile's inputs to the next one's.</param>
/// <param name="Outputs">The same for its outputs, or going back for both deltas.</param>
internal readonly record struct TileGroup(int Tiles, nint Inputs, nint Outputs)
{
    /// <summary>
    /// Tiles that go together in a network with a layer whose weights exceed half the L2 cache: read once for four tiles, they take a quarter of
    /// the bandwidth of L3. Elsewhere one, so that activations stay in the cache, as they would not in layers of many thousands either.
    /// </summary>
    internal static int SizeFor(LayerShape[] layers)
    {
        const int halfOfL2 = 128 * 1024, widest = 8 * 1024;
        if (LayerShape.Widest(layers) > widest) return 1;

        foreach (ref readonly LayerShape layer in layers.AsSpan())
        {
            if ((long)layer.Inputs * layer.Outputs > halfOfL2) return 4;
        }

        return 1;
    }
}
