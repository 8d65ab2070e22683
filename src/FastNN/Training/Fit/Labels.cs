using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>
/// What labels the targets of samples are. Some costs say it. Under the others, the targets of all samples decide, which may come in parts.
/// </summary>
/// <param name="outputs">The number of outputs of a sample.</param>
/// <param name="cost">The cost of the trainer.</param>
/// <param name="last">The activation of the last layer.</param>
internal sealed class Labels(int outputs, Cost cost, Activation last)
{
    private bool _zeroOrOne = true, _minusOrPlusOne = true; // all targets
    private bool _oneHot = outputs > 1; // the same target in all outputs but one, which has 1

    /// <summary>What a label is.</summary>
    internal enum Kind
    {
        /// <summary>The targets are no labels.</summary>
        None,

        /// <summary>A sample has one label: the place of its largest target.</summary>
        Largest,

        /// <summary>Each output is a label by itself: on which side of <see cref="Threshold"/> its target is.</summary>
        Each,
    }

    /// <summary>What the labels of all targets so far are.</summary>
    internal Kind Are =>
        cost.TargetsSumToOne ? Kind.Largest
        : cost.OutputsAreLabels ? Kind.Each
        : !_zeroOrOne && !_minusOrPlusOne ? Kind.None
        : _oneHot ? Kind.Largest
        : Kind.Each;

    /// <summary>Targets and outputs at this number or above say yes.</summary>
    internal float Threshold =>
        cost.OutputsAreLabels || !_minusOrPlusOne || (_zeroOrOne && !(last.LeastOutput == -1f && last.MostOutput == 1f)) ? 0.5f : 0f;

    /// <summary>The number of labels of a sample. 0 if the targets are no labels.</summary>
    internal int EachSampleHas => Are switch { Kind.None => 0, Kind.Largest => 1, _ => outputs };

    /// <summary>Whether the targets decide.</summary>
    private bool DependOnTargets => !cost.TargetsSumToOne && !cost.OutputsAreLabels;

    /// <summary>Forgets all targets.</summary>
    internal void Forget()
    {
        _zeroOrOne = _minusOrPlusOne = true;
        _oneHot = outputs > 1;
    }

    /// <summary>Looks at the targets of the next samples. It ends at the first that shows that they are no labels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Know(ReadOnlySpan<float> targets)
    {
        if (!DependOnTargets) return;

        for (; !targets.IsEmpty && (_zeroOrOne || _minusOrPlusOne); targets = targets[outputs..]) KnowSample(targets[..outputs], default);
    }

    /// <summary>Looks at the targets of the next sample that have a weight above 0. There must be one.</summary>
    internal void Know(ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        if (DependOnTargets) KnowSample(targets, weights);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KnowSample(ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        int ones = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            if (!weights.IsEmpty && weights[i] == 0f) continue;

            if (targets[i] == 1f) ones++;
            else if (targets[i] == 0f) _minusOrPlusOne = false;
            else if (targets[i] == -1f) _zeroOrOne = false;
            else _zeroOrOne = _minusOrPlusOne = false;
        }

        if (ones != 1) _oneHot = false;
    }

    /// <summary>The number of labels of a sample that are right. Labels that are NaN are not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int RightOf(ReadOnlySpan<float> a, ReadOnlySpan<float> y, Kind kind, float threshold)
    {
        if (kind == Kind.Largest)
        {
            int largest = Largest(a);
            return largest >= 0 && largest == Largest(y) ? 1 : 0;
        }

        int right = 0;
        for (int i = 0; i < a.Length && kind == Kind.Each; i++)
        {
            if (!float.IsNaN(a[i]) && !float.IsNaN(y[i]) && a[i] >= threshold == y[i] >= threshold) right++;
        }

        return right;
    }

    /// <summary>
    /// The class that the outputs or the targets of a sample name: the place of the largest, or one of two if there is only one. −1 if
    /// there is a NaN.
    /// </summary>
    internal static int ClassOf(ReadOnlySpan<float> values, float threshold) =>
        values.Length > 1 ? Largest(values) : float.IsNaN(values[0]) ? -1 : values[0] >= threshold ? 1 : 0;

    /// <summary>The index of the largest value, the first of equals; −1 if there is a NaN.</summary>
    private static int Largest(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i])) return -1;
            if (values[i] > values[largest]) largest = i;
        }

        return largest;
    }
}
