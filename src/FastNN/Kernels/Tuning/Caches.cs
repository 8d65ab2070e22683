namespace FastNN.Tuning;

/// <summary>The caches of the processor.</summary>
internal static class Caches
{
    /// <summary>Floats in a line of a cache: 64 bytes.</summary>
    internal const int LineFloats = 16;
}
