namespace FastNN.Tuning;

/// <summary>What rows of a matrix that lie whole pages of 4 KiB apart do to the caches.</summary>
internal static class Pages
{
    /// <summary>
    /// Whether rows of so many floats lie whole pages apart, give or take a vector. Then a load from one row takes a store to another for one to
    /// its own address, since the lowest twelve bits are the same, and waits for it; and a column of the matrix falls into one set of the L1 cache.
    /// </summary>
    internal static bool Alias(int floats)
    {
        const int page = 4096 / sizeof(float), near = Caches.LineFloats;
        return floats >= page - near && (floats + near) % page <= 2 * near;
    }
}
