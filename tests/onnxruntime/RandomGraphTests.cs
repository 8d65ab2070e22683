using System.Collections.Concurrent;
using FastNN.Tests.Graphs;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// Random graphs: FastNN computes what ONNX Runtime computes. If something is planted that FastNN does not support, it refuses the graph
/// and blames that. <c>FASTNN_GRAPHS</c> is the number of graphs. <c>FASTNN_GRAPH</c> is the seed of the only graph that runs.
/// </summary>
public class RandomGraphTests(ITestOutputHelper output)
{
    private const int Shown = 3;

    [Fact]
    public void FastNN_and_ONNX_Runtime_agree()
    {
        int[] seeds = Seeds.All;
        var failures = new ConcurrentBag<GraphFailure>();
        int refused = 0;
        Parallel.ForEach(seeds, seed =>
        {
            RandomGraph graph = RandomGraph.Create(seed);
            if (graph.Planted != null) Interlocked.Increment(ref refused);
            if (GraphComparison.Run(graph) is { } failure) failures.Add(failure);
        });
        output.WriteLine($"{seeds.Length} graphs: {seeds.Length - refused} to load, {refused} to refuse, {failures.Count} failed.");
        Assert.True(failures.IsEmpty, Report(failures));
    }

    /// <summary>How many failures of each kind there are, and the smallest graphs of the first kinds.</summary>
    private static string Report(IEnumerable<GraphFailure> failures)
    {
        IGrouping<string, GraphFailure>[] kinds =
            [.. failures.GroupBy(failure => failure.Kind).OrderBy(kind => kind.First().IsOfFastNN).ThenByDescending(kind => kind.Count())];
        IEnumerable<string> counts = kinds.Select(kind => $"{kind.Count()} × {kind.Key}");
        IEnumerable<string> shown = kinds.Take(Shown).Select(kind => $"{kind.MinBy(failure => failure.Graph.Model.Graph.Node.Count)}");
        return string.Join('\n', counts.Concat(shown));
    }
}
