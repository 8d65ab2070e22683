namespace FastNN.Tuning;

/// <summary>What routes depend on besides a layer's shape and the batch: the caches of the processor, and what somebody forces.</summary>
/// <param name="Caches">The caches of one core.</param>
/// <param name="Forced">Nothing, unless a benchmark compares routes.</param>
internal readonly record struct Machine(Caches Caches, ForcedRoute Forced)
{
    /// <summary>This machine. It is measured once, when the process first asks.</summary>
    internal static Machine Here { get; } =
        new(Caches.Measure(), ForcedRoute.Parse(Environment.GetEnvironmentVariable(ForcedRoute.EnvironmentVariable)));

    /// <summary>A machine with caches of this many bytes. Nothing is forced.</summary>
    internal static Machine Of(int l1, int l2) => new(Caches.OfBytes(l1, l2), default);
}
