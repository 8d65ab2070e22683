using System.Collections.Concurrent;
using FastNN.Tests.Graphs;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// Random graphs: FastNN computes what ONNX Runtime computes, or refuses the graph because of the node that was planted to be refused.
/// <c>FASTNN_GRAPHS</c> is the number of graphs. <c>FASTNN_GRAPH</c> is the seed of one graph that runs alone.
/// </summary>
public class RandomGraphTests(ITestOutputHelper output)
{
    private static readonly string? s_seed = Environment.GetEnvironmentVariable("FASTNN_GRAPH");

    private static readonly int s_count =
        Environment.GetEnvironmentVariable("FASTNN_GRAPHS") is { Length: > 0 } count ? int.Parse(count) : 300;

    [Fact]
    public void FastNN_and_ONNX_Runtime_agree()
    {
        int[] seeds = s_seed is { Length: > 0 } seed ? [int.Parse(seed)] : [.. Enumerable.Range(0, s_count)];
        var failures = new ConcurrentDictionary<int, string>();
        int loaded = 0;
        Parallel.ForEach(seeds, seed =>
        {
            RandomGraph graph = RandomGraph.Create(seed);
            if (GraphComparison.Run(graph) is { } failure) failures[seed] = failure;
            if (graph.Planted == null) Interlocked.Increment(ref loaded);
        });
        output.WriteLine($"{seeds.Length} graphs: {loaded} to load, {seeds.Length - loaded} to refuse, {failures.Count} failed.");
        foreach (var kind in failures.Values.CountBy(failure => Kind(failure)).OrderByDescending(kind => kind.Value))
            output.WriteLine($"{kind.Value} {kind.Key}");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.OrderBy(failure => failure.Value.Length).Take(3).Select(failure => failure.Value)));
    }

    private static string Kind(string failure) => failure.Split('\n')[0].Split(": ", 2)[1];
}
