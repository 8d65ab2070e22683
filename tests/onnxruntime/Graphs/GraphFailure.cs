namespace FastNN.Tests.Graphs;

/// <summary>What is wrong with a graph.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Kind">What kind of failure it is. Failures are counted by it.</param>
/// <param name="Details">A message, or values.</param>
internal sealed record GraphFailure(RandomGraph Graph, string Kind, string Details)
{
    /// <summary>Whether FastNN is at fault, and not the graph.</summary>
    internal bool IsOfFastNN => Kind.StartsWith("FastNN", StringComparison.Ordinal);

    public override string ToString() =>
        $"Seed {Graph.Seed}, planted: {Graph.Planted?.Feature ?? "nothing"}. {Kind}: {Details}\n{GraphPrinter.Print(Graph.Model)}";
}
