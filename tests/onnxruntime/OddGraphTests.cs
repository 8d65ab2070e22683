using System.Collections.Concurrent;
using FastNN.Tests.Graphs;
using FastNN.Tests.Odd;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// Random graphs that nobody has in mind. FastNN may refuse them. It never computes something else than ONNX Runtime. The variables are
/// those of <see cref="RandomGraphTests"/>.
/// </summary>
public class OddGraphTests(ITestOutputHelper output)
{
    private const int Shown = 5;

    [Fact]
    public void FastNN_refuses_or_agrees_with_ONNX_Runtime()
    {
        int[] seeds = Seeds.All;
        var results = new ConcurrentBag<(OddGraph Graph, OddResult Result, string Details)>();
        Parallel.ForEach(seeds, seed =>
        {
            OddGraph graph = OddGraph.Create(seed);
            (OddResult result, string details) = OddComparison.Run(graph);
            results.Add((graph, result, details));
        });
        foreach ((OddResult result, int count) in results.CountBy(row => row.Result)) output.WriteLine($"{count} {result}");
        IEnumerable<string> wrong =
            from row in results
            where row.Result == OddResult.Wrong
            orderby row.Graph.Model.Graph.Node.Count
            select $"Seed {row.Graph.Seed}: {row.Details}\n{GraphPrinter.Print(row.Graph.Model)}";
        Assert.True(!wrong.Any(), string.Join('\n', wrong.Take(Shown)));
        if (seeds.Length > 1) AssertMany(results.Select(row => row.Result));
    }

    /// <summary>Most graphs run, and many are loaded. Otherwise this test shows little.</summary>
    private static void AssertMany(IEnumerable<OddResult> results)
    {
        OddResult[] all = [.. results];
        Assert.InRange(all.Count(result => result == OddResult.Invalid), 0, all.Length / 10);
        Assert.InRange(all.Count(result => result == OddResult.Same), all.Length / 10, all.Length);
    }
}
