namespace FastNN.Tuning;

/// <summary>What happens in the caches if the rows of a matrix are whole pages of 4 KiB apart.</summary>
internal static class Pages
{
    /// <summary>
    /// Whether rows of this many floats are whole pages apart, or nearly so, to within a vector. Then the lowest twelve bits of a load from
    /// one row equal those of a store to another. The processor takes the addresses for the same, and the load waits for the store. Also, a
    /// column of the matrix falls into one set of the L1 cache.
    /// </summary>
    internal static bool Alias(int floats)
    {
        const int page = 4096 / sizeof(float), near = Caches.LineFloats;
        return floats >= page - near && (floats + near) % page <= 2 * near;
    }
}
