namespace FastNN;

/// <summary>What <see cref="Trainer.Fit"/> tells after each epoch.</summary>
/// <param name="Epoch">The epoch, counted from 1 over all calls with the same <see cref="FitState"/>.</param>
/// <param name="TrainingCost">
/// The mean cost of a sample as training saw it, each sample's before its step's update; with <see cref="Reduction.Sum"/> too, where the steps' costs
/// are sums, which are added up and divided by the samples.
/// </param>
/// <param name="Validation">How the parameters after the epoch do on the validation data; null without such data.</param>
/// <param name="IsBest">Whether that cost is the best so far, lower than the best before by more than <see cref="FitOptions.MinImprovement"/>.</param>
/// <param name="Elapsed">The time since this call of Fit began.</param>
public readonly record struct EpochReport(int Epoch, float TrainingCost, Metrics? Validation, bool IsBest, TimeSpan Elapsed);
