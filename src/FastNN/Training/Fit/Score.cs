using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Plumbing;
using V = System.Runtime.Intrinsics.Vector256<double>;

namespace FastNN.Fit;

/// <summary>
/// Accuracy and R² of outputs that come in parts. The sums are in double precision and in the order of the samples, so the parts do not
/// matter.
/// </summary>
/// <param name="outputs">The number of outputs of a sample.</param>
/// <param name="labels">Says what labels the targets are.</param>
internal sealed unsafe class Score(int outputs, Labels labels)
{
    private readonly double[] _sum = NewSums(outputs), _mean = NewSums(outputs), _residual = NewSums(outputs), _total = NewSums(outputs);
    private Labels.Kind _kind;
    private float _threshold;
    private int _samples;
    private long _right;

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
        _sum.AsSpan().Clear();
        labels.Forget();
    }

    /// <summary>Takes note of the next targets. All must be known before <see cref="Start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Know(ReadOnlySpan<float> targets)
    {
        _samples += targets.Length / outputs;
        labels.Know(targets);
        fixed (float* y = targets)
        fixed (double* sums = _sum)
        {
            // Equal floats add up exactly, up to 2²⁹ of them, so the mean of a constant is that constant and its deviations are 0.
            for (int i = 0; i < outputs; i += V.Count)
            {
                float* t = y + i, end = y + targets.Length;
                V sum = Vector256.Load(sums + i);
                for (; t + V.Count <= end; t += outputs) sum += Load(t);
                sum.Store(sums + i);
                for (; t < end; t += outputs)
                    for (int k = 0; i + k < outputs && k < V.Count; k++) sums[i + k] += t[k];
            }
        }
    }

    /// <summary>Starts again with the first sample.</summary>
    internal void Start()
    {
        _right = 0;
        _residual.AsSpan().Clear();
        _total.AsSpan().Clear();
        for (int i = 0; i < outputs; i++) _mean[i] = _sum[i] / _samples;
        (_kind, _threshold) = (labels.Are, labels.Threshold);
    }

    /// <summary>Adds the next samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> y)
    {
        fixed (float* given = a, targets = y)
        {
            for (int i = 0; i < outputs; i += V.Count) AddOutputs(i, given + i, targets + i, targets + y.Length);
        }

        for (; !y.IsEmpty && _kind != Labels.Kind.None; a = a[outputs..], y = y[outputs..])
            _right += Labels.RightOf(a[..outputs], y[..outputs], _kind, _threshold);
    }

    /// <summary>The sums of four outputs from i on, or of those that there are. Their numbers begin at a and y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddOutputs(int i, float* a, float* y, float* end)
    {
        fixed (double* means = &_mean[i], residualSums = &_residual[i], totals = &_total[i])
        {
            V mean = Vector256.Load(means), residuals = Vector256.Load(residualSums), total = Vector256.Load(totals);
            for (; y + V.Count <= end; y += outputs, a += outputs)
            {
                V target = Load(y), residual = target - Load(a), deviation = target - mean;
                residuals += residual * residual;
                total += deviation * deviation;
            }

            residuals.Store(residualSums);
            total.Store(totals);
            for (; y < end; y += outputs, a += outputs)
            {
                for (int k = 0; i + k < outputs && k < V.Count; k++)
                {
                    double residual = (double)y[k] - a[k], deviation = y[k] - means[k];
                    residualSums[k] += residual * residual;
                    totals[k] += deviation * deviation;
                }
            }
        }
    }

    /// <summary>Four floats. With fewer outputs, the others are those of the next samples, and nobody reads their sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(float* values) => Vector256.WidenLower(Vector128.Load(values).ToVector256Unsafe());

    /// <summary>A sum for each output, in whole vectors.</summary>
    private static double[] NewSums(int outputs) => new double[Parts.Of(outputs, V.Count) * V.Count];
}
