using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>
/// The running mean m and sum M of squared deviations of each feature, by Welford's method (B. P. Welford, Technometrics 4 (1962), p. 419).
/// The order is part of the contract: sample after sample, in double precision.
/// </summary>
internal sealed class StandardizerStatistics(int width)
{
    private const long MostSamples = 1L << 53; // a double counts up to here
    private readonly double[] _mean = new double[width], _squares = new double[width];

    internal long Samples { get; private set; }

    /// <summary>m of each feature.</summary>
    internal ReadOnlySpan<double> Mean => _mean;

    /// <summary>M of each feature.</summary>
    internal ReadOnlySpan<double> Squares => _squares;

    /// <summary>
    /// Whether samples of floats can have made these numbers. Then all means and factors are finite, and no factor is 0, now and later.
    /// </summary>
    internal bool IsPossible
    {
        get
        {
            double mostOfSample = 4.0 * float.MaxValue * float.MaxValue; // the deviation of a sample is at most twice the largest float
            bool isPossible = Samples <= MostSamples;
            for (int j = 0; j < width; j++)
                isPossible &= Math.Abs(_mean[j]) <= float.MaxValue && _squares[j] >= 0 && _squares[j] <= mostOfSample * Samples;
            return isPossible;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<float> samples)
    {
        for (; !samples.IsEmpty; samples = samples[width..])
        {
            double n = ++Samples;
            for (int j = 0; j < width; j++)
            {
                double x = samples[j], deviation = x - _mean[j];
                _mean[j] += deviation / n;
                _squares[j] += deviation * (x - _mean[j]);
            }
        }
    }

    internal float MeanOf(int feature) => (float)_mean[feature];

    /// <summary>1/σ. It is 1 if the feature is constant, or if 1/σ is more than a float holds.</summary>
    internal float FactorOf(int feature)
    {
        float factor = (float)(1 / Math.Sqrt(_squares[feature] / Samples));
        return float.IsFinite(factor) ? factor : 1f;
    }

    internal void CopyFrom(StandardizerStatistics other) => Set(other.Samples, other._mean, other._squares);

    internal void Set(long samples, ReadOnlySpan<double> mean, ReadOnlySpan<double> squares)
    {
        Samples = samples;
        mean.CopyTo(_mean);
        squares.CopyTo(_squares);
    }
}
