using System.Collections.Immutable;

namespace FastNN.Bench.Peers;

/// <summary>The work that all peers do: a network of sigmoid layers, samples, and a step down the gradient.</summary>
/// <param name="Widths">Neurons in each layer, inputs first.</param>
/// <param name="Batch">Samples in a call.</param>
/// <param name="Parameters">In FastNN's layout: for each layer W [in, out] row by row, then b.</param>
/// <param name="Inputs">[batch, in], row by row.</param>
/// <param name="Targets">[batch, out], row by row.</param>
/// <param name="LearningRate">Of the update w ← w − learningRate·∂C/∂w.</param>
internal sealed record Problem(int[] Widths, int Batch, float[] Parameters, float[] Inputs, float[] Targets, float LearningRate)
{
    internal string Size => string.Join('-', Widths);

    internal ImmutableArray<Dense> Layers { get; } = [.. LayOut(Widths)];

    /// <summary>
    /// Always the same numbers in one version of .NET: parameters as every benchmark here has them, inputs in ±1, targets in 0.5 ± 0.25. The
    /// learning rate falls with the width, for the sums that an update changes grow with it: so a step changes much, and thousands of steps
    /// stay stable.
    /// </summary>
    internal static Problem Create(int[] widths, int batch)
    {
        var random = new Random(1);
        float[] Uniform(int samples, float middle, float radius) =>
            [.. Enumerable.Range(0, batch * samples).Select(_ => middle + radius * (2f * random.NextSingle() - 1f))];

        float[] parameters = [.. Networks.Create(widths, Contestant.Variants[^1]).Parameters];
        return new Problem(widths, batch, parameters, Uniform(widths[0], 0f, 1f), Uniform(widths[^1], 0.5f, 0.25f), 4f / widths.Max());
    }

    public override string ToString() => $"{Size} × {Batch}";

    private static IEnumerable<Dense> LayOut(int[] widths)
    {
        int end = 0;
        for (int l = 1; l < widths.Length; l++)
        {
            var layer = new Dense(widths[l - 1], widths[l], end);
            end = layer.End;
            yield return layer;
        }
    }
}

/// <summary>Where a layer's W [in, out], then b [out] are in the parameters.</summary>
internal readonly record struct Dense(int Inputs, int Outputs, int Weights)
{
    internal int Biases => Weights + Inputs * Outputs;

    internal int End => Biases + Outputs;

    internal Span<float> WeightsOf(Span<float> parameters) => parameters[Weights..Biases];

    internal Span<float> BiasesOf(Span<float> parameters) => parameters[Biases..End];

    /// <summary>From W [in, out] to the transpose [out, in] that many libraries keep.</summary>
    internal void TransposeWeights(Span<float> parameters, Span<float> transposed)
    {
        for (int k = 0; k < Inputs * Outputs; k++) transposed[Weights + k % Outputs * Inputs + k / Outputs] = parameters[Weights + k];
    }

    /// <summary>And back.</summary>
    internal void TransposeBack(Span<float> transposed, Span<float> parameters)
    {
        for (int k = 0; k < Inputs * Outputs; k++) parameters[Weights + k] = transposed[Weights + k % Outputs * Inputs + k / Outputs];
    }
}
