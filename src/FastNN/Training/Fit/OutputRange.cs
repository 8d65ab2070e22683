using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace FastNN.Fit;

/// <summary>Whether the last layer can give the targets. Rounding of scaled targets is no fault, so there is a tolerance.</summary>
internal static class OutputRange
{
    /// <summary>How far beyond a limit a target may be: this number, or this share of a limit beyond ±1.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>The index of the first target that the function of the last layer cannot give; −1 if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int FirstBeyond(ReadOnlySpan<float> targets, Activation last)
    {
        if (!IsLimited(last)) return -1;

        float least = last.LeastOutput > float.MinValue ? last.LeastOutput - Beyond(last.LeastOutput) : float.NegativeInfinity;
        float most = last.MostOutput < float.MaxValue ? last.MostOutput + Beyond(last.MostOutput) : float.PositiveInfinity;
        return targets.IndexOfAnyExceptInRange(least, most);
    }

    /// <summary>What is wrong with a target, and what helps. The text goes on after the target's name.</summary>
    internal static string Fault(float target, Activation last) =>
        Invariant($"must be {InWords(last)}, the range of {last} in the last layer, but is {target}. ")
        + $"Use another last activation, for example {Activation.Identity}, or scale the targets into this range.";

    private static bool IsLimited(Activation last) => last.LeastOutput > float.MinValue || last.MostOutput < float.MaxValue;

    private static string InWords(Activation last) =>
        last.MostOutput == float.MaxValue ? Invariant($"at least {last.LeastOutput}")
        : last.LeastOutput == float.MinValue ? Invariant($"at most {last.MostOutput}")
        : Invariant($"at least {last.LeastOutput} and at most {last.MostOutput}");

    private static float Beyond(float limit) => (float)(Tolerance * Math.Max(1.0, Math.Abs((double)limit)));
}
