using FastNN.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace FastNN.Tests.Graphs;

/// <summary>
/// Runs a graph in ONNX Runtime and in FastNN. The results of both must be within their bounds of what the graph means. A graph with
/// something planted must be refused because of it.
/// </summary>
internal static class GraphComparison
{
    /// <summary>What is wrong, or null.</summary>
    internal static GraphFailure? Run(RandomGraph graph)
    {
        using GraphFiles? files = graph.External.Length > 0 ? new GraphFiles(graph) : null;
        try
        {
            using var theirs = new TheirRun(graph, files);
            foreach (int batch in graph.Ends.Batches)
            {
                float[] results = theirs.Run(Inputs(graph, batch), batch);
                if (graph.HasMeaning && Difference(graph, batch, results, graph.Rounding) is { } difference)
                    return new GraphFailure(graph, "The meaning of the graph is not what ONNX Runtime computes", difference);
            }
        }
        catch (OnnxRuntimeException refusal)
        {
            return new GraphFailure(graph, "ONNX Runtime refuses the graph", refusal.Message);
        }

        GraphFailure? failure = graph.Planted == null ? null : CheckRefusal(graph, files, graph.Planted);
        bool isChosen = graph.Seed % 8 == 0 || graph.Planted != null; // the ends by their names
        return failure ?? (graph.Planted is null or { IsWhole: true } ? CompareOurs(graph, files, isChosen) : null);
    }

    private static GraphFailure? CompareOurs(RandomGraph graph, GraphFiles? files, bool isChosen)
    {
        Network network;
        try
        {
            network = Load(graph, files, isChosen ? new OnnxLoadOptions { Input = GraphEnds.Input, Output = GraphEnds.Output } : new());
        }
        catch (ModelFormatException refusal)
        {
            return new GraphFailure(graph, "FastNN refuses a graph that it should load", refusal.Message);
        }

        foreach (int batch in graph.Ends.Batches)
        {
            float[] inputs = Inputs(graph, batch);
            if (network.Inputs * batch != inputs.Length)
                return new GraphFailure(graph, "FastNN has another number of inputs", $"{network.Inputs}");

            float[] results = new float[batch * network.Outputs];
            network.Forward(inputs, results);
            if (Difference(graph, batch, results, GraphMeaning.Single) is { } difference)
                return new GraphFailure(graph, "FastNN computes a wrong value", difference);
        }

        return null;
    }

    private static GraphFailure? CheckRefusal(RandomGraph graph, GraphFiles? files, Planted planted)
    {
        try
        {
            Network network = Load(graph, files, new OnnxLoadOptions());
            return new GraphFailure(graph, $"FastNN loads a graph with {planted.Feature}", string.Join('-', network.Layers));
        }
        catch (ModelFormatException refusal)
        {
            string message = files == null ? refusal.Message : refusal.Message.Replace($"{files.Model}: ", "", StringComparison.Ordinal);
            return planted.IsBlamedBy(message)
                ? null
                : new GraphFailure(graph, $"FastNN blames another than {planted.Feature}", refusal.Message);
        }
    }

    private static Network Load(RandomGraph graph, GraphFiles? files, OnnxLoadOptions options) =>
        files == null ? OnnxModel.Load(graph.Bytes, options) : OnnxModel.Load(files.Model, options);

    private static float[] Inputs(RandomGraph graph, int batch)
    {
        var draw = new Draw(graph.Seed + batch) { IsCoarse = graph.Rounding == GraphMeaning.Half };
        return Array.ConvertAll(draw.Reals(batch * graph.Ends.Width, -2, 2), value => (float)value);
    }

    /// <summary>The first result that is out of its bound, in words. Null if all are within.</summary>
    private static string? Difference(RandomGraph graph, int batch, float[] results, double u)
    {
        float[] inputs = Inputs(graph, batch);
        int width = graph.Ends.Width, outputs = results.Length / batch;
        for (int s = 0; s < batch; s++)
        {
            Term[] exact = graph.Meaning.Of(inputs.AsSpan(s * width, width), u);
            if (exact.Length != outputs) return $"{outputs} outputs in place of {exact.Length}";

            for (int k = 0; k < outputs; k++)
            {
                float result = results[s * outputs + k];
                if (!(Math.Abs(result - exact[k].Value) <= exact[k].Error))
                    return $"Batch {batch}, sample {s}, output {k} is {result:R} in place of {exact[k].Value:R}, bound {exact[k].Error:E1}";
            }
        }

        return null;
    }
}
