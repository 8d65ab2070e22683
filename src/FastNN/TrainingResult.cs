using static System.FormattableString;

namespace FastNN;

/// <summary>How <see cref="Trainer.TrainUntil"/> ended.</summary>
/// <param name="Steps">The number of updates.</param>
/// <param name="Cost">The cost at the present parameters.</param>
/// <param name="Reached">Whether this cost is at most the cost that was asked for.</param>
public readonly record struct TrainingResult(int Steps, float Cost, bool Reached)
{
    /// <summary>The result as a text, in the invariant culture.</summary>
    /// <returns>For example: reached after 1264 steps: cost 9.99E-05</returns>
    public override string ToString() => Invariant($"{(Reached ? "reached" : "not reached")} after {Steps} steps: cost {Cost:G4}");
}
