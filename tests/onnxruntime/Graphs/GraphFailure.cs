namespace FastNN.Tests.Graphs;

/// <summary>What is wrong with a graph.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Kind">What kind of failure it is. Failures are counted by it.</param>
/// <param name="Details">A message, or values.</param>
internal sealed record GraphFailure(RandomGraph Graph, string Kind, string Details)
{
    public override string ToString() =>
        $"Seed {Graph.Seed}, planted: {Graph.Planted?.Feature ?? "nothing"}. {Kind}: {Details}\n{GraphPrinter.Print(Graph.Model)}";
}
