using static System.FormattableString;

namespace FastNN;

/// <summary>The report of <see cref="Trainer.Fit"/> after an epoch.</summary>
/// <param name="Epoch">The epoch, counted from 1 over all calls with the same <see cref="FitState"/>.</param>
/// <param name="TrainingCost">
/// The mean cost of a sample during the epoch. The cost of each sample is taken before the update of its step. With
/// <see cref="Reduction.Sum"/> it is a mean too: the costs of the steps are then sums, and they are added up and divided by the number of
/// samples.
/// </param>
/// <param name="Validation">The metrics of the parameters after the epoch on the validation data; null without such data.</param>
/// <param name="IsBest">
/// Whether the validation cost is the best so far: lower than the best before by more than <see cref="FitOptions.MinImprovement"/>.
/// </param>
/// <param name="Elapsed">The time since the start of this call of Fit.</param>
public readonly record struct EpochReport(int Epoch, float TrainingCost, Metrics? Validation, bool IsBest, TimeSpan Elapsed)
{
    /// <summary>The report in one line, in the invariant culture.</summary>
    /// <returns>For example: epoch 10: cost 0.0908; validation: cost 0.1516, accuracy 0.929, R² 0.87, the best</returns>
    public override string ToString()
    {
        string validation = Validation is { } metrics ? $"; validation: {metrics}" : "";
        return Invariant($"epoch {Epoch}: cost {TrainingCost:G4}{validation}{(IsBest ? ", the best" : "")}");
    }
}
