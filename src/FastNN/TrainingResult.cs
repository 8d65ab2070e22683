namespace FastNN;

/// <summary>How <see cref="Trainer.TrainUntil"/> ended.</summary>
/// <param name="Steps">Updates of the parameters that were made.</param>
/// <param name="Cost">The cost at the parameters as they are now.</param>
/// <param name="Reached">Whether that cost is at most the one asked for.</param>
public readonly record struct TrainingResult(int Steps, float Cost, bool Reached);
