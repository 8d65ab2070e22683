namespace FastNN.Fit;

/// <summary>Samples as a step wants them: rows of inputs and of targets, in the user's memory or in a buffer.</summary>
internal readonly ref struct SampleRows(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
{
    internal readonly ReadOnlySpan<float> Inputs = inputs, Targets = targets;
}
