using System.Collections.Immutable;
using FastNN.Bench.Contests;
using FastNN.Bench.WholeNetworks;

namespace FastNN.Bench.Peers;

/// <summary>The work that all peers do: a network, samples, and a step down the gradient of the mean of their costs.</summary>
/// <param name="Kind">Activations, cost and optimizer.</param>
/// <param name="Widths">Neurons in each layer, inputs first.</param>
/// <param name="Batch">Samples in a call.</param>
/// <param name="Parameters">In FastNN's layout: for each layer W [in, out] row by row, then b.</param>
/// <param name="Inputs">[batch, in], row by row.</param>
/// <param name="Targets">[batch, out], row by row.</param>
/// <param name="LearningRate">Of the update w ← w − learningRate·∂C/∂w, or Adam's.</param>
internal sealed record Problem(
    NetworkKind Kind, int[] Widths, int Batch, float[] Parameters, float[] Inputs, float[] Targets, float LearningRate)
{
    /// <summary>
    /// Adam's β₁, β₂ and ε, about as large as the gradient: with a tiny one the first steps would hardly depend on the size of the
    /// gradient, which could then be wrong by a factor, and where it is almost 0 they would hang on its roundings. It costs no time.
    /// </summary>
    internal const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-2f;

    internal string Size => string.Join('-', Widths);

    /// <summary>After how many steps parameters are compared: several of Adam, because the first does without the moments before.</summary>
    internal int StepsToCompare => Kind.Adam ? 3 : 1;

    internal ImmutableArray<Dense> Layers { get; } = [.. LayOut(Widths)];

    /// <summary>
    /// Always the same numbers in one version of .NET: parameters as every benchmark here has them, inputs in ±1, targets in 0.5 ± 0.25 or,
    /// of a classifier, one class for each sample. The learning rate falls with the width, for the sums that an update changes grow with
    /// it: so a step changes much, and thousands of steps stay stable. It is smaller without sigmoids, which flatten the gradient.
    /// </summary>
    internal static Problem Create(NetworkKind kind, int[] widths, int batch)
    {
        var random = new Random(1);
        float[] Uniform(int samples, float middle, float radius) =>
            [.. Enumerable.Range(0, batch * samples).Select(_ => middle + radius * (2f * random.NextSingle() - 1f))];

        float[] parameters = [.. Networks.Create(widths, kind, Contestant.Variants[^1]).Parameters], inputs = Uniform(widths[0], 0f, 1f);
        float[] targets = kind.Cost.TargetsSumToOne ? OneOf(widths[^1]) : Uniform(widths[^1], 0.5f, 0.25f);
        float learningRate = kind.Adam ? 1e-3f : (kind == NetworkKind.Article ? 4f : 1f) / widths.Max();
        return new Problem(kind, widths, batch, parameters, inputs, targets, learningRate);

        float[] OneOf(int classes)
        {
            float[] chosen = new float[batch * classes];
            for (int s = 0; s < batch; s++) chosen[s * classes + random.Next(classes)] = 1f;
            return chosen;
        }
    }

    /// <summary>Its network, on the kernels that are taken by themselves.</summary>
    internal Network CreateNetwork()
    {
        var network = new Network(Widths, Kind.Hidden, Kind.Output, seed: 1);
        Parameters.CopyTo(network.Parameters);
        return network;
    }

    /// <summary>That of each layer.</summary>
    internal Activation ActivationOf(int layer) => layer == Layers.Length - 1 ? Kind.Output : Kind.Hidden;

    public override string ToString() => $"{NetworkKind.NameOf(Size, Kind.Name)} × {Batch}";

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
