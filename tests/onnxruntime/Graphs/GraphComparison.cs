using Microsoft.ML.OnnxRuntime;

namespace FastNN.Tests.Graphs;

/// <summary>Runs a graph in ONNX Runtime and in FastNN, and compares both with what the graph means.</summary>
internal static class GraphComparison
{
    /// <summary>What is wrong, or null.</summary>
    internal static string? Run(RandomGraph graph)
    {
        try
        {
            return Compare(graph) is { } fault ? $"Seed {graph.Seed}: {fault}\n{GraphPrinter.Print(graph.Model)}" : null;
        }
        catch (OnnxRuntimeException refusal)
        {
            return $"Seed {graph.Seed}: ONNX Runtime refuses the graph: {refusal.Message}\n{GraphPrinter.Print(graph.Model)}";
        }
    }

    private static string? Compare(RandomGraph graph)
    {
        using GraphFiles? files = graph.External.Length > 0 ? new GraphFiles(graph) : null;
        using var theirs = new TheirRun(graph, files);
        foreach (int batch in graph.Ends.Batches)
        {
            float[] inputs = Inputs(graph, batch), results = theirs.Run(inputs, batch);
            if (graph.Planted == null && Difference(graph, inputs, results, graph.Rounding) is { } difference)
                return $"ONNX Runtime and the meaning of the graph differ for batch {batch}: {difference}";
        }

        return null;
    }

    private static float[] Inputs(RandomGraph graph, int batch)
    {
        var draw = new Draw(graph.Seed + batch) { IsCoarse = graph.Rounding == GraphMeaning.Half };
        return Array.ConvertAll(draw.Reals(batch * graph.Ends.Width, -2, 2), value => (float)value);
    }

    private static string? Difference(RandomGraph graph, float[] inputs, float[] results, double u)
    {
        int width = graph.Ends.Width, samples = inputs.Length / width, outputs = results.Length / samples;
        for (int s = 0; s < samples; s++)
        {
            Term[] exact = graph.Meaning.Of(inputs.AsSpan(s * width, width), u);
            if (exact.Length != outputs) return $"{outputs} values in place of {exact.Length}";

            for (int k = 0; k < outputs; k++)
            {
                float result = results[s * outputs + k];
                if (!(Math.Abs(result - exact[k].Value) <= exact[k].Error))
                    return $"output {k} of sample {s} is {result:R} in place of {exact[k].Value:R}, off by {Math.Abs(result - exact[k].Value):E1}, bound {exact[k].Error:E1}";
            }
        }

        return null;
    }
}
