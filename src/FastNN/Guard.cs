using System.Runtime.CompilerServices;

namespace FastNN;

/// <summary>Checks of arguments that the public types share.</summary>
internal static class Guard
{
    /// <exception cref="ArgumentException">The spans have memory in common.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void NoOverlap(ReadOnlySpan<float> written, string writtenName, ReadOnlySpan<float> other, string otherName)
    {
        if (written.Overlaps(other)) ThrowOverlap(writtenName, otherName);
    }

    internal static void NotEmpty(int length, string name)
    {
        if (length == 0) throw new ArgumentException($"{name} must hold at least one value, but is empty.", name);
    }

    internal static void Length(int length, long expected, string name)
    {
        if (length != expected) throw new ArgumentException($"{name} must have a length of {expected}, but has {length}.", name);
    }

    internal static float LearningRate(float learningRate)
    {
        if (learningRate > 0 && float.IsFinite(learningRate)) return learningRate;

        string hint = learningRate < 0 && float.IsFinite(learningRate) ? $", here {-learningRate}" : "";
        throw new ArgumentOutOfRangeException(
            nameof(learningRate),
            learningRate,
            "learningRate must be finite and greater than 0: the step is w ← w − learningRate·∂C/∂w. "
            + $"Where a text writes w ← w + r·∂C/∂w with r < 0, learningRate is −r{hint}.");
    }

    private static void ThrowOverlap(string written, string other) =>
        throw new ArgumentException($"{written}, which is written to, must not share memory with {other}.", written);
}
