using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace FastNN.Fit;

internal readonly ref partial struct FitSamples
{
    /// <summary>
    /// Checks samples in memory: all values are finite, and the cost allows all targets. Those of a source are checked when they are read.
    /// </summary>
    /// <exception cref="ArgumentException">A value is wrong. The message names it, and says what is expected.</exception>
    internal void Check(Cost cost)
    {
        CheckValues(Inputs, null, _inputs, numbers: default);
        if (Labels.IsEmpty) CheckTargets(Targets, cost, numbers: default);
        else _code.Check(Labels, _names.Labels, Weights.Length == Count ? Weights : default);
    }

    /// <summary>Checks that the last activation can give the targets in memory, if that is asked for.</summary>
    internal void CheckRange() => CheckRange(Targets, numbers: default);

    private void CheckRange(ReadOnlySpan<float> targets, ReadOnlySpan<int> numbers)
    {
        if (Range is null) return;

        int m = _code.Outputs;
        for (int from = 0, found; (found = OutputRange.FirstBeyond(targets[from..], Range)) >= 0; from += found + 1)
        {
            int i = from + found;
            if (IsLeftOut(Sample(i / m, numbers), i % m)) continue;

            throw Refusal(
                numbers.IsEmpty ? $"{_names.Targets}[{i}]" : OfSource($"targets[{i % m}]", numbers[i / m]),
                OutputRange.Fault(targets[i], Range), _names.Targets);
        }
    }

    /// <summary>Checks targets of the samples with these numbers in the source; no numbers in memory.</summary>
    private void CheckTargets(ReadOnlySpan<float> targets, Cost cost, ReadOnlySpan<int> numbers)
    {
        CheckValues(targets, cost, _code.Outputs, numbers);
        if (cost.TargetsSumToOne) CheckSums(targets, cost, numbers);
    }

    /// <summary>Checks inputs, or targets if there is a cost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckValues(ReadOnlySpan<float> values, Cost? cost, int width, ReadOnlySpan<int> numbers)
    {
        float least = cost?.LeastTarget ?? float.MinValue, most = cost?.MostTarget ?? float.MaxValue;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] >= least && values[i] <= most) continue;
            if (!Weights.IsEmpty && IsLeftOut(Sample(i / width, numbers), cost is null ? -1 : i % width)) continue;

            string name = cost is null ? _names.Inputs : _names.Targets;
            throw Refusal(
                numbers.IsEmpty ? $"{name}[{i}]" : OfSource($"{(cost is null ? "inputs" : "targets")}[{i % width}]", numbers[i / width]),
                Invariant($"must be {RangeOf(cost)}, but is {values[i]}."), name);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckSums(ReadOnlySpan<float> targets, Cost cost, ReadOnlySpan<int> numbers)
    {
        int m = _code.Outputs;
        for (int first = 0; first < targets.Length; first += m)
        {
            double sum = 0;
            foreach (float target in targets.Slice(first, m)) sum += target;
            if (Math.Abs(sum - 1) > 1e-3 && !LeavesOut(Sample(first / m, numbers)))
            {
                throw Refusal(
                    numbers.IsEmpty ? $"{_names.Targets}[{first}..{first + m}]" : OfSource("the targets", numbers[first / m]),
                    Invariant($"must add up to 1, within 0.001, under {cost}, but add up to {sum}."), _names.Targets);
            }
        }
    }

    /// <summary>Whether the weight of a sample is 0, or that of one of its outputs.</summary>
    private bool IsLeftOut(int sample, int output = -1)
    {
        if (Weights.IsEmpty) return false;
        if (Weights.Length == Count) return Weights[sample] == 0f;

        return output >= 0 && Weights[sample * _code.Outputs + output] == 0f;
    }

    /// <summary>Whether the weight of a sample is 0, or that of any of its outputs.</summary>
    private bool LeavesOut(int sample) => Weights.Slice(sample * WeightsOfSample, WeightsOfSample).Contains(0f);

    /// <summary>The sample, from 0, that stands at a place.</summary>
    private int Sample(int place, ReadOnlySpan<int> numbers) => numbers.IsEmpty ? place : numbers[place] - _first;

    private static string RangeOf(Cost? cost)
    {
        if (cost is null) return "finite";

        string least = cost.LeastTarget > float.MinValue ? Invariant($"at least {cost.LeastTarget}") : "finite";
        string most = cost.MostTarget < float.MaxValue ? Invariant($"at most {cost.MostTarget}") : "finite";
        return least == most ? least : $"{least} and {most} under {cost}";
    }

    private string OfSource(string values, int number) => $"{values} of sample {number} of {_names.Source}";

    private ArgumentException Refusal(string place, string rule, string name) =>
        new($"{place} {rule}", Source is null ? name : _names.Source);
}
