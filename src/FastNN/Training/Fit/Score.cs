namespace FastNN.Fit;

/// <summary>Accuracy and R² of outputs that come in parts, in double precision and in the order of the samples, however they are parted.</summary>
/// <param name="outputs">How many a sample has.</param>
/// <param name="independent">Whether each is a label by itself; a single one always is.</param>
internal sealed class Score(int outputs, bool independent)
{
    private readonly int _labels = independent || outputs == 1 ? outputs : 1;
    private readonly double[] _mean = new double[outputs], _residual = new double[outputs], _total = new double[outputs];
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

    /// <summary>Starts afresh with all the targets, whose means come first.</summary>
    internal void Start(ReadOnlySpan<float> targets)
    {
        _right = 0;
        _samples = targets.Length / outputs;
        Array.Clear(_mean);
        Array.Clear(_residual);
        Array.Clear(_total);
        for (; !targets.IsEmpty; targets = targets[outputs..])
        {
            // Equal floats add up exactly, up to 2²⁹ of them, so the mean of a constant is that constant and its deviations are 0.
            for (int i = 0; i < outputs; i++) _mean[i] += targets[i];
        }

        for (int i = 0; i < outputs; i++) _mean[i] /= _samples;
    }

    /// <summary>The next samples.</summary>
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

    /// <summary>How many labels of a sample are right.</summary>
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

    /// <summary>The first of the largest values, or −1 if there is a NaN.</summary>
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
