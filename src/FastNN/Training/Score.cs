namespace FastNN;

/// <summary>Accuracy and R² of outputs that come in parts, in double precision and in the order of the samples, however they are parted.</summary>
internal sealed class Score(int outputs)
{
    private readonly double[] _mean = new double[outputs], _residual = new double[outputs], _total = new double[outputs];
    private int _samples, _right;

    /// <summary>See <see cref="Metrics.Accuracy"/>.</summary>
    internal double Accuracy => (double)_right / _samples;

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

            if (IsRight(a[..outputs], y[..outputs])) _right++;
        }
    }

    private static bool IsRight(ReadOnlySpan<float> a, ReadOnlySpan<float> y)
    {
        if (a.Length == 1) return !float.IsNaN(a[0]) && !float.IsNaN(y[0]) && a[0] >= 0.5f == y[0] >= 0.5f;

        int largest = Largest(a);
        return largest >= 0 && largest == Largest(y);
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
