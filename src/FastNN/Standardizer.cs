using FastNN.Contract;
using FastNN.Fit;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// A mean and a factor for each feature, so that a network can learn in units of its own. As <see cref="Network.InputStandardizer"/> it
/// turns a user's value x into x′ = (x − mean)·factor before the first layer. As <see cref="Network.OutputStandardizer"/> it turns the
/// output y′ of the last layer into y = y′/factor + mean. Both are two IEEE operations, each rounded to float, in this order.
/// </summary>
/// <remarks>
/// Any number of threads may read it at the same time. <see cref="Update"/> changes it, so no network that has it may work during this
/// call. Several networks may have the same standardizer, for example an actor and a critic.
/// </remarks>
public sealed unsafe class Standardizer
{
    private const int WidestInPeriods = 64;
    private readonly AlignedBuffer _values; // the means of a period, padded to whole multiples of sixteen, and then its factors
    private readonly StandardizerStatistics? _statistics;

    /// <summary>Creates a standardizer from given numbers. It has no statistics, so it cannot be updated.</summary>
    /// <param name="mean">The mean of each feature, finite. −0 becomes +0.</param>
    /// <param name="factor">The factor of each feature, finite and not 0. For unit variance it is 1/σ.</param>
    /// <exception cref="ArgumentException">A length or a value is wrong. The message names it.</exception>
    public Standardizer(ReadOnlySpan<float> mean, ReadOnlySpan<float> factor)
        : this(mean.Length, counts: false)
    {
        if (mean.IsEmpty) throw new ArgumentException("mean must hold at least one value, but is empty.", nameof(mean));
        Guard.Length(factor.Length, mean.Length, nameof(factor));
        for (int j = 0; j < mean.Length; j++)
        {
            if (!float.IsFinite(mean[j]))
                throw new ArgumentException(Invariant($"mean[{j}] must be finite, but is {mean[j]}."), nameof(mean));
            if (!float.IsFinite(factor[j]) || factor[j] == 0)
                throw new ArgumentException(Invariant($"factor[{j}] must be finite and not 0, but is {factor[j]}."), nameof(factor));
            Set(j, mean[j], factor[j]);
        }
    }

    /// <summary>Creates a standardizer from numbers and statistics of a file.</summary>
    internal Standardizer(ReadOnlySpan<float> mean, ReadOnlySpan<float> factor, StandardizerStatistics statistics)
        : this(mean, factor) => _statistics = statistics;

    /// <summary>
    /// Creates a standardizer that has seen no samples: each mean is 0 and each factor 1. <see cref="Update"/> gives it samples.
    /// </summary>
    /// <param name="width">The number of features, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> is less than 1, or more than a network can have.</exception>
    public Standardizer(int width)
        : this(CheckWidth(width), counts: true)
    {
    }

    private Standardizer(int width, bool counts)
    {
        Width = width;
        Period = width <= WidestInPeriods ? VirtualLanes.Count * width : width;
        _values = new AlignedBuffer(2 * VirtualLanes.RoundUp(Period));
        _values.Span[VirtualLanes.RoundUp(Period)..].Fill(1f);
        MeanPointer = _values.Pointer;
        FactorPointer = _values.Pointer + VirtualLanes.RoundUp(Period);
        _statistics = counts ? new StandardizerStatistics(width) : null;
    }

    /// <summary>The number of features.</summary>
    public int Width { get; }

    /// <summary>The mean of each feature.</summary>
    public ReadOnlySpan<float> Mean => _values.Span[..Width];

    /// <summary>The factor of each feature.</summary>
    public ReadOnlySpan<float> Factor => _values.Span.Slice(VirtualLanes.RoundUp(Period), Width);

    /// <summary>The samples that the statistics have seen. 0 if there are no statistics.</summary>
    public long Samples => _statistics?.Samples ?? 0;

    /// <summary>
    /// Values of the rows for which means and factors stand in memory: sixteen rows if they are narrow, else one. So batches of narrow rows
    /// are whole vectors.
    /// </summary>
    internal int Period { get; }

    internal float* MeanPointer { get; }

    internal float* FactorPointer { get; }

    /// <summary>The statistics; null if the numbers were given.</summary>
    internal StandardizerStatistics? Statistics => _statistics;

    /// <summary>
    /// Fits to the mean and the variance of samples: factor = 1/σ, where σ² is the mean of the squared deviations. The result is that of
    /// <see cref="Update"/> on a new standardizer, which can go on with more samples.
    /// </summary>
    /// <param name="samples">[samples, width], row by row: at least one sample, all values finite.</param>
    /// <param name="width">The number of features, at least 1.</param>
    /// <returns>A standardizer. A feature that is constant has the factor 1.</returns>
    /// <exception cref="ArgumentException">A length or a value is wrong. The message names it.</exception>
    public static Standardizer Fit(ReadOnlySpan<float> samples, int width)
    {
        var standardizer = new Standardizer(width);
        standardizer.Update(samples);
        return standardizer;
    }

    /// <summary>
    /// Fits to the least and the greatest value of each feature: they become <paramref name="low"/> and <paramref name="high"/>. In double
    /// precision, factor = (high − low)/(greatest − least) and mean = least − low/factor. Each is rounded to float once.
    /// </summary>
    /// <param name="samples">[samples, width], row by row: at least one sample, all values finite.</param>
    /// <param name="width">The number of features, at least 1.</param>
    /// <param name="low">What the least value becomes, finite.</param>
    /// <param name="high">What the greatest value becomes, finite and greater than <paramref name="low"/>.</param>
    /// <returns>
    /// A standardizer without statistics. A feature that is constant has its value as the mean, and the factor 1: it becomes 0.
    /// </returns>
    /// <exception cref="ArgumentException">A length or a value is wrong. The message names it.</exception>
    public static Standardizer FitRange(ReadOnlySpan<float> samples, int width, float low = 0f, float high = 1f)
    {
        Guard.Finite(low);
        Guard.Finite(high);
        if (!(high > low))
            throw new ArgumentOutOfRangeException(nameof(high), high, Invariant($"high must be greater than low, {low}, but is {high}."));

        CheckSamples(samples, CheckWidth(width));
        var standardizer = new Standardizer(width, counts: false);
        for (int j = 0; j < width; j++)
        {
            float least = samples[j], greatest = least;
            for (int k = j; k < samples.Length; k += width)
            {
                least = MathF.Min(least, samples[k]);
                greatest = MathF.Max(greatest, samples[k]);
            }

            double factor = ((double)high - low) / ((double)greatest - least), mean = least - low / factor;
            bool fits = float.IsFinite((float)factor) && (float)factor != 0 && float.IsFinite((float)mean);
            standardizer.Set(j, fits ? (float)mean : least, fits ? (float)factor : 1f);
        }

        return standardizer;
    }

    /// <summary>
    /// Adds samples to the running mean and variance. Samples count in ascending order, one after the other, by Welford's method in double
    /// precision: with n samples, this one included, d = x − m, m ← m + d/n, M ← M + d·(x − m). Then mean = m and factor = 1/√(M/n), each
    /// rounded to float. So the bits are the same if the same samples come in one call or in several. It allocates nothing.
    /// </summary>
    /// <param name="samples">[samples, <see cref="Width"/>], row by row: at least one sample, all values finite.</param>
    /// <exception cref="ArgumentException">A length or a value is wrong. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">The standardizer has no statistics, because its numbers were given.</exception>
    public void Update(ReadOnlySpan<float> samples)
    {
        if (_statistics is null)
        {
            throw new InvalidOperationException(
                "This standardizer has no statistics to update, because its means and factors were given. "
                + "Standardizer.Fit makes one that has.");
        }

        CheckSamples(samples, Width);
        _statistics.Add(samples);
        for (int j = 0; j < Width; j++) Set(j, _statistics.MeanOf(j), _statistics.FactorOf(j));
    }

    /// <summary>Creates a standardizer with its own copy of the numbers and of the statistics.</summary>
    /// <returns>The copy.</returns>
    public Standardizer Clone()
    {
        var clone = new Standardizer(Width, counts: _statistics is not null);
        clone.CopyFrom(this);
        return clone;
    }

    /// <summary>Whether both compute the same.</summary>
    internal bool HasNumbersOf(Standardizer other) => Mean.SequenceEqual(other.Mean) && Factor.SequenceEqual(other.Factor);

    /// <summary>Whether both have the same numbers and statistics.</summary>
    internal bool IsSame(Standardizer other) =>
        HasNumbersOf(other) && Samples == other.Samples
        && (_statistics is null || other._statistics is null
            || (_statistics.Mean.SequenceEqual(other._statistics.Mean) && _statistics.Squares.SequenceEqual(other._statistics.Squares)));

    /// <summary>Takes the numbers of another standardizer of this width, and its statistics if both have them.</summary>
    internal void CopyFrom(Standardizer other)
    {
        other._values.Span.CopyTo(_values.Span);
        if (other._statistics is not null) _statistics?.CopyFrom(other._statistics);
    }

    private void Set(int feature, float mean, float factor)
    {
        for (int k = feature; k < Period; k += Width)
        {
            MeanPointer[k] = mean + 0f;
            FactorPointer[k] = factor;
        }
    }

    private static int CheckWidth(int width) =>
        width is >= 1 and <= LayerShape.MaxNeurons
            ? width
            : throw new ArgumentOutOfRangeException(
                nameof(width), width, $"width must be at least 1 and at most {LayerShape.MaxNeurons}, but is {width}.");

    private static void CheckSamples(ReadOnlySpan<float> samples, int width)
    {
        if (samples.IsEmpty || samples.Length % width != 0)
        {
            throw new ArgumentException(
                $"samples must hold whole samples of {width} values, at least one, but has a length of {samples.Length}.", nameof(samples));
        }

        int wrong = samples.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        if (wrong >= 0)
            throw new ArgumentException(Invariant($"samples[{wrong}] must be finite, but is {samples[wrong]}."), nameof(samples));
    }
}
