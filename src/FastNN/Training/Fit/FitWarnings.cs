using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace FastNN.Fit;

/// <summary>
/// What a run of Fit did that nobody wants. Each method gives a warning, or null. The rules are strict: training that goes well has none.
/// </summary>
internal static class FitWarnings
{
    /// <summary>A softmax learns slowly from a cost that does not cancel its slope.</summary>
    internal static string? OfSoftmax(Cost cost, Activation last) =>
        last != Activation.Softmax || cost.TargetsSumToOne
            ? null
            : $"{cost} learns slowly behind {last}: {Cost.CrossEntropy} is meant for it";

    /// <summary>
    /// Classes have different weights, but the first targets in memory are no labels. What has the weight 0 does not count.
    /// </summary>
    internal static string? OfClasses(FitSamples samples, Labels labels)
    {
        ReadOnlySpan<float> classes = samples.ClassWeights;
        if (classes.IsEmpty || !classes.ContainsAnyExcept(classes[0]) || samples.Targets.IsEmpty) return null;

        const int most = 1024;
        int m = samples.Targets.Length / samples.Count, each = samples.Weights.Length / samples.Count;
        for (int s = 0; s < Math.Min(samples.Count, most); s++)
        {
            ReadOnlySpan<float> weights = samples.Weights.Slice(s * each, each);
            if (weights.IsEmpty || weights.ContainsAnyExcept(0f))
                labels.Know(samples.Targets.Slice(s * m, m), each == m ? weights : default);
        }

        return labels.Are == Labels.Kind.None ? "ClassWeights are for labels, but the targets are other numbers" : null;
    }

    /// <summary>Nothing counts. The log knows it if there are weights of classes.</summary>
    internal static string? OfWeights(FitSamples samples, string which, FitLog? log = null)
    {
        bool noWeight = !samples.Weights.IsEmpty && !samples.Weights.ContainsAnyExcept(0f);
        bool noClass = samples.WeighsSamples && log is { Epochs.Count: > 0, Weight: 0 };
        return noWeight || noClass ? $"all weights of the {which} samples are 0" : null;
    }

    /// <summary>The state was at its end before the call.</summary>
    internal static string? OfNoEpoch(FitState state, FitOptions options) =>
        state.Epoch >= options.Epochs
            ? Invariant($"no epoch was run: the state is at epoch {state.Epoch}, and Epochs is {options.Epochs}")
            : Invariant($"no epoch was run: the state has {state.EpochsWithoutImprovement} epochs without improvement, ")
                + Invariant($"and Patience is {options.Patience}");

    /// <summary>
    /// The learning rate was 0 in the last steps: in all of this call, or in at least two that are a whole epoch or more.
    /// </summary>
    /// <param name="optimizer">Says the rates.</param>
    /// <param name="first">The number of updates before this call.</param>
    /// <param name="end">Their number now.</param>
    /// <param name="stepsOfEpoch">The steps of an epoch.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static string? OfSchedule(Optimizer optimizer, long first, long end, int stepsOfEpoch)
    {
        if (optimizer.Schedule == LearningRateSchedule.Constant) return null;

        long since = end;
        while (since > first && optimizer.RateAt(since - 1) == 0f) since--;
        long steps = end - since;
        if (steps == 0 || (since > first && steps < Math.Max(2, stepsOfEpoch))) return null;

        string last = steps == 1 ? "step" : Invariant($"{steps} steps");
        return Invariant($"the learning rate was 0 in the last {last}: {optimizer.Schedule} gives 0 from step {since} on");
    }

    /// <summary>
    /// The cost rose, and the network is worse than one whose outputs are 0. Either the last epoch has more than twice the cost of the
    /// first, and more than that of zeros. Or it has more than ten times the cost of the first step, and ten times that of zeros: a first
    /// step may have few samples, which happen to fit.
    /// </summary>
    /// <param name="log">What happened: <see cref="IsRise"/>.</param>
    /// <param name="zeros">The mean cost of a sample if all outputs were 0.</param>
    internal static string? OfRise(FitLog log, double zeros)
    {
        double end = log.Epochs[^1].TrainingCost;
        return RoseFromFirstStep(log) && end > 10 * zeros ? Text(log.FirstCost!.Value)
            : RoseFromFirstEpoch(log) && end > zeros ? Text(log.Epochs[0].TrainingCost)
            : null;

        string Text(double from) => Invariant($"the cost rose from {from:G4} to {end:G4}: the learning rate may be too high");
    }

    /// <summary>Whether it is worth asking for the cost of zeros.</summary>
    internal static bool IsRise(FitLog log) => log.Epochs.Count > 0 && (RoseFromFirstStep(log) || RoseFromFirstEpoch(log));

    private static bool RoseFromFirstStep(FitLog log) => log.Epochs[^1].TrainingCost > 10 * log.FirstCost;

    private static bool RoseFromFirstEpoch(FitLog log) => log.Epochs[^1].TrainingCost > 2.0 * log.Epochs[0].TrainingCost;
}
