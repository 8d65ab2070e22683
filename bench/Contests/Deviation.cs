using System.Runtime.InteropServices;
using FastNN.Bench.Machine;

namespace FastNN.Bench.Contests;

/// <summary>
/// How far a contestant's results are from the scalar reference's: the library's own must have the same bits. And what a call allocates:
/// nothing.
/// </summary>
/// <param name="Contestant">Who computed them.</param>
/// <param name="What">The kernel or network, and its size.</param>
/// <param name="Identical">Whether all bits are the same.</param>
/// <param name="Largest">The largest difference, in parts of the largest magnitude among the reference's results.</param>
/// <param name="Terms">In the longest sum.</param>
/// <param name="AllocatedBytes">Of one call, once warm.</param>
internal readonly record struct Deviation(
    Contestant Contestant, string What, bool Identical, double Largest, int Terms, long AllocatedBytes)
{
    /// <summary>
    /// What other orders of summation, sums without fused multiply-adds and another sigmoid (3.5 ULP) may do, in roundings: enough to tell
    /// that TensorPrimitives was given the same work to do. It is no statement on accuracy.
    /// </summary>
    private double Tolerance => (64.0 + Terms) / (1 << 24);

    internal bool IsAccepted => AllocatedBytes == 0 && (Identical || (Contestant == Contestant.TensorPrimitives && Largest <= Tolerance));

    internal static Deviation Between(
        ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, Contestant contestant, string what, int terms, Action call)
    {
        double magnitude = 0, largest = 0;
        for (int k = 0; k < expected.Length; k++)
        {
            magnitude = Math.Max(magnitude, Math.Abs(expected[k]));
            largest = Math.Max(largest, Math.Abs((double)expected[k] - actual[k]));
        }

        bool identical = MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual));
        return new Deviation(contestant, what, identical, largest / magnitude, terms, Allocated.Fewest(call));
    }

    public override string ToString() =>
        $"{What}: {Contestant} differs from {Contestant.Scalar} by up to {Largest:0.0E0} of the largest result, "
        + $"and a call allocates {AllocatedBytes} bytes.";
}
