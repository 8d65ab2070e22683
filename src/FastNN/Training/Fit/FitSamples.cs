using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>
/// Samples for training or validation, and their number: rows in memory with their targets or labels, or samples of a source.
/// </summary>
internal readonly ref partial struct FitSamples
{
    internal readonly ReadOnlySpan<float> Inputs, Targets;
    internal readonly ReadOnlySpan<int> Labels;
    internal readonly ISampleSource? Source;
    internal readonly int Count;
    private readonly int _inputs, _first; // the inputs of a sample; the number that the first sample has in the source
    private readonly LabelCode _code;
    private readonly SampleNames _names;
    private readonly Cost? _cost; // checks what comes from the source; null if nothing does

    /// <summary>A weight for each sample, or for each output of each sample; empty if all are 1.</summary>
    internal ReadOnlySpan<float> Weights { get; init; }

    /// <summary>A weight for each class, which multiplies those of its samples; empty if all are 1.</summary>
    internal ReadOnlySpan<float> ClassWeights { get; init; }

    /// <summary>The targets must be in the range of this activation, the last one. Null if any range will do.</summary>
    internal Activation? Range { get; init; }

    /// <summary>Whether the targets are not in the user's memory, and have to be written somewhere.</summary>
    internal bool AreWritten => Source is not null || !Labels.IsEmpty;

    /// <summary>Whether there are weights, and one for each sample.</summary>
    internal bool WeighsSamples => Weights.Length == Count || (Weights.IsEmpty && !ClassWeights.IsEmpty);

    /// <summary>Rows in memory.</summary>
    internal FitSamples(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int count, SampleNames names)
    {
        Inputs = inputs;
        Targets = targets;
        (Count, _inputs, _code, _names) = (count, inputs.Length / count, new LabelCode(targets.Length / count, 0f), names);
    }

    /// <summary>Rows in memory, with a label for each.</summary>
    internal FitSamples(ReadOnlySpan<float> inputs, ReadOnlySpan<int> labels, LabelCode code, SampleNames names)
    {
        Inputs = inputs;
        Labels = labels;
        (Count, _inputs, _code, _names) = (labels.Length, inputs.Length / labels.Length, code, names);
    }

    /// <summary>Samples of a source, from the number <paramref name="first"/> on. If there is a cost, they are checked for it.</summary>
    internal FitSamples(ISampleSource source, int first, int count, int inputs, int outputs, Cost? cost, SampleNames names)
    {
        (Source, _first, Count, _cost, _names) = (source, first, count, cost, names);
        (_inputs, _code) = (inputs, new LabelCode(outputs, 0f));
    }

    /// <summary>
    /// How many of <paramref name="samples"/> are held out: split·samples, rounded down. But the nearest whole number counts if its
    /// quotient by the samples, rounded to float, is the split. A share that a user writes as 0.7f or 1f/3 is rounded to float too, so 0.7f
    /// of ten samples are seven, although 0.7f is less than 0.7. Only operations of IEEE 754 decide. A conversion to decimal would not do:
    /// .NET 10 rounds it to seven digits, .NET 11 does not.
    /// </summary>
    /// <param name="split">At least 0 and less than 1.</param>
    /// <param name="samples">At least 1.</param>
    internal static int HeldOut(float split, int samples)
    {
        double share = (double)split * samples;
        int nearest = (int)(share + 0.5);
        return (float)((double)nearest / samples) == split ? nearest : (int)share;
    }

    /// <summary>Some of the samples, one after the other.</summary>
    internal FitSamples Part(int first, int count)
    {
        ReadOnlySpan<float> weights = Weights.Slice(first * WeightsOfSample, count * WeightsOfSample);
        if (Source is not null)
            return new FitSamples(Source, _first + first, count, _inputs, _code.Outputs, _cost, _names) { Weights = weights };

        ReadOnlySpan<float> inputs = Inputs.Slice(first * _inputs, count * _inputs);
        return Labels.IsEmpty
            ? new FitSamples(inputs, Targets.Slice(first * _code.Outputs, count * _code.Outputs), count, _names) { Weights = weights }
            : new FitSamples(inputs, Labels.Slice(first, count), _code, _names) { Weights = weights };
    }

    /// <summary>The samples first, first + 1, …: where they are, or in the buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal SampleRows Rows(int first, int count, SampleBuffer buffer)
    {
        if (Source is not null) return Weighed(Read(Source, buffer.Numbers(_first + first, count), buffer), first, order: default, buffer);

        int m = _code.Outputs;
        ReadOnlySpan<float> x = Inputs.Slice(first * _inputs, count * _inputs);
        if (Labels.IsEmpty) return Weighed(new SampleRows(x, Targets.Slice(first * m, count * m)), first, order: default, buffer);

        Span<float> y = buffer.Targets(count * m);
        for (int k = 0; k < count; k++) _code.Write(Labels[first + k], y.Slice(k * m, m));
        return Weighed(new SampleRows(x, y), first, order: default, buffer);
    }

    /// <summary>The samples of the given order, one after the other, in the buffer. A single one may stay where it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal SampleRows Rows(ReadOnlySpan<int> order, SampleBuffer buffer)
    {
        if (Source is not null) return Weighed(Read(Source, order, buffer), 0, order, buffer);
        if (order.Length == 1) return Rows(order[0], 1, buffer);

        int n = _inputs, m = _code.Outputs;
        Span<float> x = buffer.Inputs(order.Length * n), y = buffer.Targets(order.Length * m);
        for (int k = 0; k < order.Length; k++)
        {
            Inputs.Slice(order[k] * n, n).CopyTo(x[(k * n)..]);
            if (Labels.IsEmpty) Targets.Slice(order[k] * m, m).CopyTo(y[(k * m)..]);
            else _code.Write(Labels[order[k]], y.Slice(k * m, m));
        }

        return Weighed(new SampleRows(x, y), 0, order, buffer);
    }

    /// <summary>The number of weights of a sample.</summary>
    private int WeightsOfSample => Weights.Length / Count;

    /// <summary>The rows with their weights: those from the first sample on, or of the given order.</summary>
    private SampleRows Weighed(SampleRows rows, int first, ReadOnlySpan<int> order, SampleBuffer buffer)
    {
        int m = _code.Outputs, count = rows.Targets.Length / m, each = WeightsOfSample;
        if (ClassWeights.IsEmpty && (order.IsEmpty || Weights.IsEmpty))
            return rows with { Weights = Weights.Slice(first * each, count * each) };

        int width = Math.Max(1, each);
        Span<float> weights = buffer.Weights(count * width);
        for (int k = 0; k < count; k++)
        {
            Span<float> row = weights.Slice(k * width, width);
            int sample = order.IsEmpty ? first + k : order[k];
            if (Weights.IsEmpty) row.Fill(1f);
            else Weights.Slice(sample * each, each).CopyTo(row);
            if (ClassWeights.IsEmpty) continue;

            float factor = ClassWeights[LabelCode.ClassOf(rows.Targets.Slice(k * m, m))];
            foreach (ref float weight in row) weight *= factor;
        }

        return rows with { Weights = weights };
    }

    private SampleRows Read(ISampleSource source, ReadOnlySpan<int> numbers, SampleBuffer buffer)
    {
        int m = _code.Outputs;
        Span<float> x = buffer.Inputs(numbers.Length * _inputs), y = buffer.Targets(numbers.Length * m);
        x.Fill(float.NaN);
        y.Fill(float.NaN);
        source.Read(numbers, x, y);
        if (_cost is not null)
        {
            CheckValues(x, null, _inputs, numbers);
            CheckTargets(y, _cost, numbers);
            CheckRange(y, numbers);
        }

        return new SampleRows(x, y);
    }
}
