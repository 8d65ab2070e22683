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
    private readonly double[] _sum = new double[outputs], _mean = new double[outputs];
    private readonly double[] _residual = new double[outputs], _total = new double[outputs];
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

    /// <summary>Whether the targets of all samples are known, from a time before.</summary>
    internal bool KnowsTargets => _samples > 0;

    /// <summary>Forgets the targets. Others may follow.</summary>
    internal void Forget()
    {
        _samples = 0;
        Array.Clear(_sum);
        labels.Forget();
    }

    /// <summary>Takes note of the next targets. All must be known before <see cref="Start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Know(ReadOnlySpan<float> targets)
    {
        _samples += targets.Length / outputs;
        labels.Know(targets);
        for (int i = 0; i < outputs; i++)
        {
            // Equal floats add up exactly, up to 2²⁹ of them, so the mean of a constant is that constant and its deviations are 0.
            double sum = _sum[i];
            for (int k = i; (uint)k < (uint)targets.Length; k += outputs) sum += targets[k];
            _sum[i] = sum;
        }
    }

    /// <summary>Starts again with the first sample.</summary>
    internal void Start()
    {
        _right = 0;
        Array.Clear(_residual);
        Array.Clear(_total);
        for (int i = 0; i < outputs; i++) _mean[i] = _sum[i] / _samples;
        (_kind, _threshold) = (labels.Are, labels.Threshold);
    }

    /// <summary>Adds the next samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> y)
    {
        for (int i = 0; i < outputs; i++)
        {
            double mean = _mean[i], residuals = _residual[i], total = _total[i];
            for (int k = i; (uint)k < (uint)y.Length && (uint)k < (uint)a.Length; k += outputs)
            {
                double residual = (double)y[k] - a[k], deviation = y[k] - mean;
                residuals += residual * residual;
                total += deviation * deviation;
            }

            (_residual[i], _total[i]) = (residuals, total);
        }

        for (; !y.IsEmpty && _kind != Labels.Kind.None; a = a[outputs..], y = y[outputs..])
            _right += Labels.RightOf(a[..outputs], y[..outputs], _kind, _threshold);
    }
}
