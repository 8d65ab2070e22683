namespace FastNN.Ensembles;

/// <summary>
/// What a trainer of an ensemble was given. An array has a number for each member, and is null if all have that of the optimizer.
/// </summary>
internal sealed record StepSettings(Optimizer Optimizer, Cost Cost, Reduction Reduction, int Threads, float[]? WeightDecays)
{
    /// <summary>It may be replaced between steps.</summary>
    internal float[]? LearningRates { get; set; }

    internal float LearningRateOf(int member) => LearningRates is { } rates ? rates[member] : Optimizer.LearningRate;

    internal float WeightDecayOf(int member) => WeightDecays is { } decays ? decays[member] : Optimizer.WeightDecay;
}

/// <summary>Samples of the members. The strides are 0 if all have the same.</summary>
/// <param name="x">Inputs of the first member.</param>
/// <param name="xStride">Floats from there to those of the second.</param>
/// <param name="y">Targets of the first member.</param>
/// <param name="yStride">Floats from there to those of the second.</param>
/// <param name="count">Samples of each member.</param>
internal readonly unsafe struct MemberSamples(float* x, nint xStride, float* y, nint yStride, int count)
{
    internal readonly float* X = x, Y = y;
    internal readonly nint XStride = xStride, YStride = yStride;
    internal readonly int Count = count;
}

/// <summary>The steps of all members, and what the optimizer remembers of each. One call may run at a time.</summary>
internal abstract unsafe class MemberSteps : MemberWork
{
    /// <summary>The number of updates so far.</summary>
    internal long Steps { get; set; }

    /// <summary>
    /// Members that take part in no step: they keep all their bits, and their costs mean nothing. Null if all take part. Whoever changes
    /// an element sets <see cref="Changed"/>.
    /// </summary>
    internal bool[]? Stopped { get; set; }

    /// <summary>Whether some members have all stopped, so that nothing of them need be computed.</summary>
    private protected bool AllStopped(int first, int members) =>
        Stopped is { } stopped && !stopped.AsSpan(first, members).Contains(false);

    /// <summary>Whether learning rates or stopped members have changed since the last step.</summary>
    internal bool Changed { get; set; }

    /// <summary>A step on a batch of each member.</summary>
    /// <exception cref="InvalidOperationException">A learning rate is not finite under the schedule. Nothing was changed.</exception>
    internal abstract void Step(in MemberSamples samples, float* costs);

    /// <summary>
    /// The cost of each member on samples: their mean, or their sum. The costs of stopped members mean nothing. Changes nothing.
    /// </summary>
    internal abstract void Measure(in MemberSamples samples, bool isMean, float* costs);

    /// <summary>Whether the parameters of a member, and what the optimizer remembers of it, are finite.</summary>
    internal abstract bool IsFinite(int member);

    /// <summary>What the optimizer remembers of member i becomes what it remembered of member sources[i].</summary>
    internal abstract void Rearrange(ReadOnlySpan<int> sources);

    /// <summary>Copies what the optimizer remembers of a member, and the number of updates.</summary>
    internal abstract void ReadStates(int member, OptimizerState states);

    /// <summary>The same back, but the number of updates stays.</summary>
    internal abstract void WriteStates(int member, OptimizerState states);
}
