namespace FastNN.Tuning;

/// <summary>What routes depend on besides a layer's shape and the batch: the processor's caches, and what somebody forces.</summary>
/// <param name="Caches">Of one core.</param>
/// <param name="Forced">Nothing, but for a benchmark that compares routes.</param>
internal readonly record struct Machine(Caches Caches, ForcedRoute Forced)
{
    /// <summary>This one, as it was when the process first asked.</summary>
    internal static Machine Here { get; } =
        new(Caches.Measure(), ForcedRoute.Parse(Environment.GetEnvironmentVariable(ForcedRoute.EnvironmentVariable)));

    /// <summary>Caches of so many bytes, nothing forced.</summary>
    internal static Machine Of(int l1, int l2) => new(Caches.OfBytes(l1, l2), default);
}
