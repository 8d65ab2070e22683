using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>
/// Accuracy and R² of outputs that come in parts. The sums are in double precision and in the order of the samples, so the parts do not
/// matter.
/// </summary>
/// <param name="outputs">The number of outputs of a sample.</param>
/// <param name="labels">Says what labels the targets are.</param>
internal sealed class Score(int outputs, Labels labels)
{
    private readonly double[] _mean = new double[outputs], _residual = new double[outputs], _total = new double[outputs];
    private Labels.Kind _kind;
    private float _threshold;
    private int _samples, _right;

    /// <summary>See <see cref="Metrics.Accuracy"/>.</summary>
    internal double? Accuracy => _kind == Labels.Kind.None ? null : _right / ((double)_samples * labels.EachSampleHas);

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

    /// <summary>Starts again with the targets of all samples, and computes their means.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Start(ReadOnlySpan<float> targets)
    {
        _right = 0;
        _samples = targets.Length / outputs;
        labels.Forget();
        labels.Know(targets);
        Array.Clear(_mean);
        Array.Clear(_residual);
        Array.Clear(_total);
        for (; !targets.IsEmpty; targets = targets[outputs..])
        {
            // Equal floats add up exactly, up to 2²⁹ of them, so the mean of a constant is that constant and its deviations are 0.
            for (int i = 0; i < outputs; i++) _mean[i] += targets[i];
        }

        for (int i = 0; i < outputs; i++) _mean[i] /= _samples;
        (_kind, _threshold) = (labels.Are, labels.Threshold);
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

            _right += Labels.RightOf(a[..outputs], y[..outputs], _kind, _threshold);
        }
    }
}
