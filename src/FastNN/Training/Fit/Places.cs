using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>Numbers that say a place: labels, and the numbers of samples.</summary>
internal static class Places
{
    /// <exception cref="ArgumentException">
    /// A number is negative, or not less than <paramref name="count"/>, the number of <paramref name="things"/>. But those of weight 0 may
    /// be any numbers.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Check(
        ReadOnlySpan<int> numbers, string name, int count, string things, ReadOnlySpan<float> weights = default)
    {
        for (int k = 0; k < numbers.Length; k++)
        {
            if ((uint)numbers[k] >= (uint)count && (weights.IsEmpty || weights[k] != 0f))
            {
                throw new ArgumentException(
                    $"{name}[{k}] must be at least 0 and less than {count}, the number of {things}, but is {numbers[k]}.", name);
            }
        }
    }
}
