using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>
/// A <see cref="Score"/> of weighted samples, or with a weight for each output. What has the weight 0 does not count, whatever its numbers
/// are. If all weights are 1, the numbers are those of <see cref="Score"/>.
/// </summary>
/// <param name="outputs">The number of outputs of a sample.</param>
/// <param name="labels">Says what labels the targets are.</param>
internal sealed class WeightedScore(int outputs, Labels labels)
{
    private readonly double[] _weight = new double[outputs], _mean = new double[outputs];
    private readonly double[] _residual = new double[outputs], _total = new double[outputs];
    private readonly float[] _first = new float[outputs], _row = new float[outputs];
    private readonly bool[] _varies = new bool[outputs];
    private Labels.Kind _kind;
    private float _threshold;
    private int _perSample;
    private double _right, _labels;

    /// <summary>See <see cref="Metrics.Accuracy"/>. It is NaN if nothing has a weight.</summary>
    internal double? Accuracy => _kind == Labels.Kind.None ? null : _right / _labels;

    /// <summary>See <see cref="Metrics.R2"/>. Outputs without a weight do not count. It is NaN if nothing has a weight.</summary>
    internal double R2
    {
        get
        {
            double sum = 0;
            int count = 0;
            for (int i = 0; i < outputs; i++)
            {
                if (_weight[i] == 0) continue;

                sum += _residual[i] == 0 ? 1 : _total[i] == 0 ? 0 : 1 - _residual[i] / _total[i];
                count++;
            }

            return sum / count;
        }
    }

    /// <summary>Starts again with all targets and all weights, and computes the weighted means of the targets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Start(ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        _perSample = weights.Length == targets.Length ? outputs : 1;
        _right = _labels = 0;
        labels.Forget();
        foreach (double[] sums in (ReadOnlySpan<double[]>)[_weight, _mean, _residual, _total]) Array.Clear(sums);
        Array.Clear(_varies);
        for (; !targets.IsEmpty; targets = targets[outputs..], weights = weights[_perSample..])
        {
            ReadOnlySpan<float> row = RowOf(weights);
            if (row.ContainsAnyExcept(0f)) labels.Know(targets[..outputs], row);
            for (int i = 0; i < outputs; i++)
            {
                if (row[i] == 0f) continue;

                if (_weight[i] == 0) _first[i] = targets[i];
                _varies[i] |= targets[i] != _first[i];
                _weight[i] += row[i];
                _mean[i] += (double)row[i] * targets[i];
            }
        }

        // The mean of a constant is that constant, so that its deviations are 0. A sum of products may have rounded.
        for (int i = 0; i < outputs; i++) _mean[i] = _varies[i] ? _mean[i] / _weight[i] : _first[i];
        (_kind, _threshold) = (labels.Are, labels.Threshold);
    }

    /// <summary>Adds the next samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> y, ReadOnlySpan<float> weights)
    {
        for (; !y.IsEmpty; a = a[outputs..], y = y[outputs..], weights = weights[_perSample..])
        {
            ReadOnlySpan<float> row = RowOf(weights);
            for (int i = 0; i < outputs; i++)
            {
                if (row[i] == 0f) continue;

                double residual = (double)y[i] - a[i], deviation = y[i] - _mean[i];
                _residual[i] += row[i] * (residual * residual);
                _total[i] += row[i] * (deviation * deviation);
            }

            if (_kind == Labels.Kind.Each) AddLabels(a, y, row);
            else if (_kind == Labels.Kind.Largest) AddClass(a, y, row);
        }
    }

    private ReadOnlySpan<float> RowOf(ReadOnlySpan<float> weights)
    {
        if (_perSample > 1) return weights[..outputs];

        Array.Fill(_row, weights[0]);
        return _row;
    }

    private void AddLabels(ReadOnlySpan<float> a, ReadOnlySpan<float> y, ReadOnlySpan<float> weights)
    {
        for (int i = 0; i < outputs; i++)
        {
            _labels += weights[i];
            bool right = !float.IsNaN(a[i]) && !float.IsNaN(y[i]) && a[i] >= _threshold == y[i] >= _threshold;
            if (right) _right += weights[i];
        }
    }

    private void AddClass(ReadOnlySpan<float> a, ReadOnlySpan<float> y, ReadOnlySpan<float> weights)
    {
        int first = weights[..outputs].IndexOfAnyExcept(0f);
        if (first < 0) return;

        double weight = _perSample > 1 ? 1 : weights[first];
        _labels += weight;
        int largest = Largest(a, weights, first);
        if (largest >= 0 && largest == Largest(y, weights, first)) _right += weight;
    }

    /// <summary>The index of the largest value of those with a weight, the first of equals; −1 if there is a NaN among them.</summary>
    private static int Largest(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int first)
    {
        int largest = first;
        for (int i = first; i < weights.Length; i++)
        {
            if (weights[i] == 0f) continue;
            if (float.IsNaN(values[i])) return -1;
            if (values[i] > values[largest]) largest = i;
        }

        return largest;
    }
}
