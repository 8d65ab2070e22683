using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The deltas of the layers before the last one.</summary>
internal static class Deltas
{
    /// <summary>The deltas δ⁻ of the layer before. f′ are its slopes.</summary>
    internal static float[] Before(ModelLayer layer, float[] delta, float[] slopes, bool alone) =>
        [.. slopes.Select((slope, j) => Fma(Sum(layer, j, delta, alone), slope, +0f))];

    private static float Sum(ModelLayer layer, int j, float[] delta, bool alone)
    {
        if (alone) return Sum16(layer.Outputs, (i, L) => Fma(layer.Weight(i, j), delta[i], L));
        float h = +0f;
        for (int i = 0; i < layer.Outputs; i++) h = Fma(layer.Weight(i, j), delta[i], h);
        return h;
    }
}
