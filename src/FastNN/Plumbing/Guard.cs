using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.FormattableString;

namespace FastNN.Plumbing;

/// <summary>Checks of arguments that the public types share.</summary>
internal static class Guard
{
    private const int MaxWidth = 1 << 29;

    /// <exception cref="ArgumentException">The spans share memory.</exception>
    internal static void NoOverlap(ReadOnlySpan<float> span, string name, ReadOnlySpan<float> other, string otherName)
    {
        if (span.Overlaps(other)) ThrowOverlap(name, otherName);
    }

    /// <exception cref="ArgumentException">The span shares memory with the buffer. The buffer never moves.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe void NoOverlap(ReadOnlySpan<float> span, string name, AlignedBuffer buffer, string bufferName)
    {
        // Comparing addresses takes a third of the instructions of Overlaps. This matters in a network of 100 cycles.
        var start = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
        if (start < buffer.Pointer + buffer.Length && start + span.Length > buffer.Pointer) ThrowOverlap(name, bufferName);
    }

    /// <summary>Checks the width of a layer: at least 1, and so small that two widths, padded, fit into an array.</summary>
    internal static void Width(int length, string name)
    {
        if (length is < 1 or > MaxWidth)
            throw new ArgumentException($"{name} must hold between 1 and {MaxWidth} values, but has a length of {length}.", name);
    }

    internal static void Length(int length, long expected, string name)
    {
        if (length != expected) throw new ArgumentException($"{name} must have a length of {expected}, but has {length}.", name);
    }

    /// <exception cref="ArgumentOutOfRangeException">Always: there must be at least one thread.</exception>
    internal static void ThrowThreads(int threads) =>
        throw new ArgumentOutOfRangeException(nameof(threads), threads, $"threads must be at least 1, but is {threads}.");

    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    internal static void Finite(float value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!float.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, Invariant($"{name} must be finite, but is {value}."));
    }

    internal static float LearningRate(float learningRate)
    {
        if (learningRate > 0 && float.IsFinite(learningRate)) return learningRate;

        string hint = learningRate < 0 && float.IsFinite(learningRate)
            ? Invariant($" Where a text writes w ← w + r·∂C/∂w with r < 0, learningRate is −r, here {-learningRate}.") : "";
        throw new ArgumentOutOfRangeException(
            nameof(learningRate),
            learningRate,
            Invariant($"learningRate must be finite and greater than 0: the step is w ← w − learningRate·∂C/∂w, but it is {learningRate}.")
            + hint);
    }

    /// <summary>Checks the coefficient of a running mean: in [0, 1).</summary>
    internal static float Fraction(float value, string name) =>
        value is >= 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(name, value, Invariant($"{name} must be at least 0 and less than 1, but is {value}."));

    /// <summary>Checks a number: finite and greater than 0.</summary>
    internal static float Positive(float value, string name) =>
        value > 0 && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, Invariant($"{name} must be finite and greater than 0, but is {value}."));

    /// <summary>Checks a number: finite and at least 0.</summary>
    internal static float NotNegative(float value, string name) =>
        value >= 0 && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, Invariant($"{name} must be finite and at least 0, but is {value}."));

    /// <summary>Checks a limit: greater than 0, with +∞ for no limit.</summary>
    internal static float Limit(float value, string name) =>
        value > 0
            ? value
            : throw new ArgumentOutOfRangeException(
                name, value, Invariant($"{name} must be greater than 0 (+∞ for no limit), but is {value}."));

    private static void ThrowOverlap(string name, string other) =>
        throw new ArgumentException($"{name} must not share memory with {other}: one of them is written while the other is read.", name);
}
