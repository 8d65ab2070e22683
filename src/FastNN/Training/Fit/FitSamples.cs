using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>Samples for training or validation: the rows of inputs and of targets, and their number.</summary>
internal readonly ref struct FitSamples(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int count)
{
    internal readonly ReadOnlySpan<float> Inputs = inputs, Targets = targets;
    internal readonly int Count = count;

    /// <summary>
    /// How many of <paramref name="samples"/> are held out: split·samples, rounded down. But the nearest whole number counts if its
    /// quotient by the samples, rounded to float, is the split. A share that a user writes as 0.7f or 1f/3 is rounded to float too, so 0.7f
    /// of ten samples are seven, although 0.7f is less than 0.7. Only operations of IEEE 754 decide. A conversion to decimal would not do:
    /// .NET 10 rounds it to seven digits, .NET 11 does not.
    /// </summary>
    /// <param name="split">At least 0 and less than 1.</param>
    /// <param name="samples">At least 1.</param>
    internal static int HeldOut(float split, int samples)
    {
        double share = (double)split * samples;
        int nearest = (int)(share + 0.5);
        return (float)((double)nearest / samples) == split ? nearest : (int)share;
    }

    /// <summary>
    /// Checks that all values are finite, and that the cost allows all targets. Messages call the two spans <paramref name="inputs"/> and
    /// <paramref name="targets"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A value is wrong. The message names it, and says what is expected.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Check(Cost cost, string inputs, string targets)
    {
        CheckRange(Inputs, inputs, float.MinValue, float.MaxValue, "finite");
        CheckRange(Targets, targets, cost.LeastTarget, cost.MostTarget, RangeOf(cost));
        if (!cost.TargetsSumToOne) return;

        int m = Targets.Length / Count;
        for (int first = 0; first < Targets.Length; first += m)
        {
            double sum = 0;
            foreach (float target in Targets.Slice(first, m)) sum += target;
            if (Math.Abs(sum - 1) > 1e-3)
            {
                throw new ArgumentException(
                    $"{targets}[{first}..{first + m}] must add up to 1, within 0.001, under {cost}, but add up to {sum}.", targets);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static string RangeOf(Cost cost)
    {
        string least = cost.LeastTarget > float.MinValue ? $"at least {cost.LeastTarget}" : "finite";
        string most = cost.MostTarget < float.MaxValue ? $"at most {cost.MostTarget}" : "finite";
        return least == most ? least : $"{least} and {most} under {cost}";
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CheckRange(ReadOnlySpan<float> values, string name, float least, float most, string expected)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= least && values[i] <= most))
                throw new ArgumentException($"{name}[{i}] must be {expected}, but is {values[i]}.", name);
        }
    }

    /// <summary>
    /// The samples of a step, one after the other. They are copied into the front of <paramref name="x"/> and <paramref name="y"/>. If
    /// these are empty, the order ascends, and the samples stay where they are. A single sample stays there, too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal FitSamples Take(ReadOnlySpan<int> order, Span<float> x, Span<float> y)
    {
        int n = Inputs.Length / Count, m = Targets.Length / Count, count = order.Length;
        if (x.IsEmpty || count == 1) return new(Inputs.Slice(order[0] * n, count * n), Targets.Slice(order[0] * m, count * m), count);

        for (int k = 0; k < count; k++)
        {
            Inputs.Slice(order[k] * n, n).CopyTo(x[(k * n)..]);
            Targets.Slice(order[k] * m, m).CopyTo(y[(k * m)..]);
        }

        return new(x[..(count * n)], y[..(count * m)], count);
    }
}
