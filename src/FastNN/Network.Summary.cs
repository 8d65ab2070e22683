using System.Globalization;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

public sealed unsafe partial class Network
{
    /// <summary>Samples in the batch whose routes the summary tells.</summary>
    private const int SummaryBatch = 64;

    /// <summary>
    /// The network as a table: for each layer its number, its widths, its activation, its parameters, and its route. The route is the way
    /// in which the kernels take it on this machine, for one sample and for a batch of 64 on one thread. It changes no bit. <c>panels</c>
    /// and <c>stream</c> sum over panels or whole rows of W, and <c>four chains</c> is for narrow layers. A batch goes in <c>rows</c>, as
    /// you have it, or in <c>tiles</c>, with a sample in each lane. If no layer is wider than 4, four lanes hold each layer. The last line
    /// has the sum of parameters and their bytes, the kernels, and the standardizers if there are any. Numbers are written in the invariant
    /// culture.
    /// </summary>
    /// <returns>The lines, with line feeds between them.</returns>
    public string Summary()
    {
        List<string[]> lines = [["layer", "widths", "activation", "parameters", "one sample", $"batch of {SummaryBatch}"]];
        for (int l = 0; l < Layers.Count; l++)
        {
            Layer layer = Layers[l];
            lines.Add(
            [
                Count(l + 1), $"{layer.Inputs} → {layer.Outputs}", layer.Activation.Name, Count(layer.Weights.Length + layer.Biases.Length),
                RouteWords.OfSample(Plan, l), RouteWords.OfBatch(Plan, l, SummaryBatch),
            ]);
        }

        string total = $"{Count(Parameters.Length)} parameters, {Count(Parameters.Length * (long)sizeof(float))} bytes; {KernelVariant}";
        if (InputStandardizer != null) total += "; standardized inputs";
        if (OutputStandardizer != null) total += "; standardized outputs";
        return TextTable.Of(lines, [true, false, false, true, false, false]) + total;

        static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }
}
