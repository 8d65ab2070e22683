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
public readonly record struct EpochReport(int Epoch, float TrainingCost, Metrics? Validation, bool IsBest, TimeSpan Elapsed);
