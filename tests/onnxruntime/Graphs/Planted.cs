namespace FastNN.Tests.Graphs;

/// <summary>Something that FastNN must refuse.</summary>
/// <param name="Feature">Its name in words.</param>
/// <param name="Names">What the message may blame. If the whole graph is at fault, the message must have all of them.</param>
/// <param name="IsWhole">Whether the whole graph is at fault, not one node.</param>
internal sealed record Planted(string Feature, string[] Names, bool IsWhole = false)
{
    /// <summary>Whether a message blames what is at fault.</summary>
    internal bool IsBlamedBy(string message) => IsWhole
        ? Names.All(name => message.Contains($"'{name}'", StringComparison.Ordinal))
        : message.StartsWith("Node ", StringComparison.Ordinal)
            && Names.Any(name => message.Contains($" '{name}' (", StringComparison.Ordinal));
}
