namespace FastNN.Fit;

/// <summary>
/// Samples as a step wants them: rows of inputs, of targets and of weights, in the user's memory or in a buffer. No weights mean that all
/// are 1.
/// </summary>
internal readonly ref struct SampleRows(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
{
    internal readonly ReadOnlySpan<float> Inputs = inputs, Targets = targets;

    internal ReadOnlySpan<float> Weights { get; init; }
}
