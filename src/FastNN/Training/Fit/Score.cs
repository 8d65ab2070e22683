using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
    private const int Four = 4; // outputs, in the lanes of a vector

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
        fixed (float* y = targets)
        fixed (double* sum = _sum)
        {
            // Equal floats add up exactly, up to 2²⁹ of them, so the mean of a constant is that constant and its deviations are 0.
            float* end = y + targets.Length;
            int i = 0;
            for (; i <= outputs - Four; i += Four)
            {
                V four = Vector256.Load(sum + i);
                for (float* t = y + i; t < end; t += outputs) four += Load(t);
                four.Store(sum + i);
            }

            for (; i < outputs; i++)
            {
                double one = sum[i];
                for (float* t = y + i; t < end; t += outputs) one += *t;
                sum[i] = one;
            }
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
        fixed (float* outputsOf = a, targets = y)
        {
            int i = 0;
            for (; i <= outputs - Four; i += Four) AddFour(outputsOf + i, targets + i, targets + y.Length, i);
            for (; i < outputs; i++) AddOne(outputsOf + i, targets + i, targets + y.Length, i);
        }

        for (; !y.IsEmpty && _kind != Labels.Kind.None; a = a[outputs..], y = y[outputs..])
            _right += Labels.RightOf(a[..outputs], y[..outputs], _kind, _threshold);
    }

    /// <summary>The sums of output i, whose numbers begin at a and y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddOne(float* a, float* y, float* end, int i)
    {
        double mean = _mean[i], residuals = _residual[i], total = _total[i];
        for (; y < end; y += outputs, a += outputs)
        {
            double residual = (double)*y - *a, deviation = *y - mean;
            residuals += residual * residual;
            total += deviation * deviation;
        }

        (_residual[i], _total[i]) = (residuals, total);
    }

    /// <summary>The same for the outputs i to i + 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddFour(float* a, float* y, float* end, int i)
    {
        fixed (double* means = &_mean[i], residualsOf = &_residual[i], totals = &_total[i])
        {
            V mean = Vector256.Load(means), residuals = Vector256.Load(residualsOf), total = Vector256.Load(totals);
            for (; y < end; y += outputs, a += outputs)
            {
                V target = Load(y), residual = target - Load(a), deviation = target - mean;
                residuals += residual * residual;
                total += deviation * deviation;
            }

            residuals.Store(residualsOf);
            total.Store(totals);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(float* values) => Vector256.WidenLower(Vector128.Load(values).ToVector256Unsafe());
}
