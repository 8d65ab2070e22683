using FastNN.Onnx;
using FastNN.Tests.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace FastNN.Tests.Odd;

/// <summary>What became of an odd graph.</summary>
internal enum OddResult
{
    /// <summary>ONNX Runtime does not run it.</summary>
    Invalid,

    /// <summary>FastNN refuses it, with a place.</summary>
    Refused,

    /// <summary>FastNN loads it and computes the same.</summary>
    Same,

    /// <summary>FastNN loads it and computes something else, or refuses it without a place.</summary>
    Wrong,
}

/// <summary>
/// Runs an odd graph in ONNX Runtime and in FastNN. It compares plain lists of values, because FastNN's samples may be any rows of the
/// input.
/// </summary>
internal static class OddComparison
{
    private const double Tolerance = 1e-4;

    private static readonly string[] s_places = ["Node ", "Graph ", "The graph", "Initializer "];

    internal static (OddResult Result, string Details) Run(OddGraph graph)
    {
        try
        {
            using var theirs = new OddSession(graph.Bytes);
            return Compare(graph, theirs);
        }
        catch (OnnxRuntimeException refusal)
        {
            return (OddResult.Invalid, refusal.Message);
        }
    }

    private static (OddResult Result, string Details) Compare(OddGraph graph, OddSession theirs)
    {
        Network network;
        float[] first = theirs.Run(Inputs(graph, graph.Samples), Shape(graph, graph.Samples));
        try
        {
            network = OnnxModel.Load(graph.Bytes);
        }
        catch (ModelFormatException refusal)
        {
            bool hasPlace = s_places.Any(place => refusal.Message.StartsWith(place, StringComparison.Ordinal));
            return (hasPlace ? OddResult.Refused : OddResult.Wrong, refusal.Message);
        }

        string? difference = Difference(graph, network, graph.Samples, first);
        bool isOpen = graph.IsOpen && !graph.HasColumns;
        for (int samples = 1; isOpen && difference == null && samples <= 4; samples++)
            difference = Difference(graph, network, samples, TheirsOrNone(graph, theirs, samples));
        return difference == null ? (OddResult.Same, "") : (OddResult.Wrong, difference);
    }

    /// <summary>
    /// ONNX Runtime may refuse another number of samples, if the graph depends on the first one. Then nothing is compared.
    /// </summary>
    private static float[]? TheirsOrNone(OddGraph graph, OddSession theirs, int samples)
    {
        try
        {
            return theirs.Run(Inputs(graph, samples), Shape(graph, samples));
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }

    private static string? Difference(OddGraph graph, Network network, int samples, float[]? expected)
    {
        float[] inputs = Inputs(graph, samples);
        int batch = inputs.Length / network.Inputs;
        if (batch * network.Inputs != inputs.Length) return $"{network.Inputs} inputs do not divide {inputs.Length} values";
        if (expected == null) return null;

        float[] results = new float[batch * network.Outputs];
        if (results.Length != expected.Length) return $"{samples} samples give {results.Length} values in place of {expected.Length}";

        network.Forward(inputs, results);
        string? difference = Difference(results, expected);
        if (difference == null || !graph.HasColumns) return difference;

        network.Forward(Turned(inputs, batch), results);
        return Difference(results, expected);
    }

    private static string? Difference(float[] results, float[] expected)
    {
        double largest = expected.Max(value => Math.Abs(value));
        for (int k = 0; k < results.Length; k++)
        {
            bool isSame = Math.Abs(results[k] - expected[k]) <= Tolerance * Math.Max(1, largest);
            if (float.IsFinite(expected[k]) && !isSame)
                return $"{results.Length} values, number {k} is {results[k]:R} in place of {expected[k]:R}";
        }

        return null;
    }

    private static float[] Inputs(OddGraph graph, int samples)
    {
        long count = Shape(graph, samples).Aggregate(1L, (a, b) => a * b);
        return Array.ConvertAll(new Draw(graph.Seed).Reals((int)count, -2, 2), value => (float)value);
    }

    private static long[] Shape(OddGraph graph, int samples) => graph.IsOpen ? [samples, .. graph.InputShape[1..]] : graph.InputShape;

    /// <summary>[n, batch] in place of [batch, n].</summary>
    private static float[] Turned(float[] columns, int batch)
    {
        int width = columns.Length / batch;
        var rows = new float[columns.Length];
        for (int k = 0; k < rows.Length; k++) rows[k] = columns[k % width * batch + k / width];
        return rows;
    }
}
