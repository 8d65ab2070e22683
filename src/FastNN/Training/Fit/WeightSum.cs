using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace FastNN.Fit;

/// <summary>What the weights of a batch come to.</summary>
/// <param name="Batch">The samples.</param>
/// <param name="Left">The samples that are not left out.</param>
/// <param name="OfSamples">Whether there is one weight for each sample, and not one for each output.</param>
/// <param name="IsMean">Whether the cost is divided by the sum of the weights of samples.</param>
/// <param name="Divisor">What the cost of the batch is divided by.</param>
internal readonly record struct WeightSum(int Batch, int Left, bool OfSamples, bool IsMean, double Divisor)
{
    /// <summary>The factor of the gradient of the batch.</summary>
    internal float Scale => 1f / (float)Divisor;

    /// <exception cref="ArgumentException">A weight is negative or not finite.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static WeightSum Of(ReadOnlySpan<float> weights, int batch, Reduction reduction)
    {
        double sum = 0;
        int zeros = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            float weight = weights[k];
            if (!(weight >= 0f && weight <= float.MaxValue))
                throw new ArgumentException(Invariant($"weights[{k}] must be finite and at least 0, but is {weight}."), nameof(weights));
            if (weight == 0f) zeros++;
            sum += weight;
        }

        bool ofSamples = weights.Length == batch;
        bool isMean = ofSamples && reduction == Reduction.Mean;
        double divisor = reduction == Reduction.Sum ? 1 : ofSamples ? sum : batch;
        return new WeightSum(batch, ofSamples ? batch - zeros : batch, ofSamples, isMean, divisor);
    }
}
