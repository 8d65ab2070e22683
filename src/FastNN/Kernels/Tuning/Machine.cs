namespace FastNN.Tuning;

/// <summary>What routes depend on besides a layer's shape and the batch: the caches of the processor, and what somebody forces.</summary>
/// <param name="Caches">The caches of one core.</param>
/// <param name="Forced">Nothing, unless a benchmark compares routes.</param>
internal readonly record struct Machine(Caches Caches, ForcedRoute Forced)
{
    private static readonly string? s_fault = Read(out s_here, out s_origin);
    private static readonly Machine s_here;
    private static readonly string s_origin;

    /// <summary>This machine. It is measured once, when the process first asks.</summary>
    internal static Machine Here => s_here;

    /// <summary>Its caches, and who says so.</summary>
    internal static string CachesInWords => $"{s_here.Caches}; {s_origin}";

    /// <summary>What is wrong with the environment variables that set caches and routes. Null if nothing is.</summary>
    internal static string? Fault => s_fault;

    /// <summary>Each network checks this in its constructor: a static constructor would wrap the exception in another one.</summary>
    /// <exception cref="InvalidOperationException">An environment variable that sets caches or routes has a fault.</exception>
    internal static void Check()
    {
        if (s_fault is not null) throw new InvalidOperationException(s_fault);
    }

    /// <summary>A machine with caches of this many bytes. Nothing is forced.</summary>
    internal static Machine Of(int l1, int l2, int l3 = 0) => new(Caches.OfBytes(l1, l2, l3), default);

    /// <summary>The result says what is wrong with the settings; null if nothing is.</summary>
    private static string? Read(out Machine here, out string origin)
    {
        KnownCaches known = KnownCaches.Measure();
        here = new Machine(known.Caches, default);
        origin = known.Origin;
        try
        {
            here = here with { Forced = ForcedRoute.Parse(Environment.GetEnvironmentVariable(ForcedRoute.EnvironmentVariable)) };
            return known.Fault;
        }
        catch (InvalidOperationException fault)
        {
            return known.Fault is null ? fault.Message : $"{known.Fault} {fault.Message}";
        }
    }
}
