using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>
/// Accuracy and R² of outputs that come in parts. The sums are in double precision and in the order of the samples, so the parts do not
/// matter.
/// </summary>
/// <param name="outputs">The number of outputs of a sample.</param>
/// <param name="independent">Whether each output is a label by itself. A single output always is.</param>
internal sealed class Score(int outputs, bool independent)
{
    private readonly int _labels = independent || outputs == 1 ? outputs : 1;
    private readonly double[] _sum = new double[outputs], _mean = new double[outputs];
    private readonly double[] _residual = new double[outputs], _total = new double[outputs];
    private int _samples, _right;

    /// <summary>See <see cref="Metrics.Accuracy"/>.</summary>
    internal double Accuracy => _right / ((double)_samples * _labels);

    /// <summary>See <see cref="Metrics.R2"/>.</summary>
    internal double R2
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < outputs; i++) sum += _residual[i] == 0 ? 1 : _total[i] == 0 ? 0 : 1 - _residual[i] / _total[i];
            return sum / outputs;
        }
    }

    /// <summary>Whether the targets of all samples are known, from a time before.</summary>
    internal bool KnowsTargets => _samples > 0;

    /// <summary>Forgets the targets. Others may follow.</summary>
    internal void Forget()
    {
        _samples = 0;
        Array.Clear(_sum);
    }

    /// <summary>Takes note of the next targets. All must be known before <see cref="Start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Know(ReadOnlySpan<float> targets)
    {
        _samples += targets.Length / outputs;
        for (; !targets.IsEmpty; targets = targets[outputs..])
        {
            // Equal floats add up exactly, up to 2²⁹ of them, so the mean of a constant is that constant and its deviations are 0.
            for (int i = 0; i < outputs; i++) _sum[i] += targets[i];
        }
    }

    /// <summary>Starts again with the first sample.</summary>
    internal void Start()
    {
        _right = 0;
        Array.Clear(_residual);
        Array.Clear(_total);
        for (int i = 0; i < outputs; i++) _mean[i] = _sum[i] / _samples;
    }

    /// <summary>Adds the next samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> y)
    {
        for (; !y.IsEmpty; a = a[outputs..], y = y[outputs..])
        {
            for (int i = 0; i < outputs; i++)
            {
                double residual = (double)y[i] - a[i], deviation = y[i] - _mean[i];
                _residual[i] += residual * residual;
                _total[i] += deviation * deviation;
            }

            _right += RightOf(a[..outputs], y[..outputs]);
        }
    }

    /// <summary>The number of labels of a sample that are right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int RightOf(ReadOnlySpan<float> a, ReadOnlySpan<float> y)
    {
        int right = 0;
        if (_labels < outputs)
        {
            int largest = Largest(a);
            return largest >= 0 && largest == Largest(y) ? 1 : 0;
        }

        for (int i = 0; i < outputs; i++)
        {
            if (!float.IsNaN(a[i]) && !float.IsNaN(y[i]) && a[i] >= 0.5f == y[i] >= 0.5f) right++;
        }

        return right;
    }

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
