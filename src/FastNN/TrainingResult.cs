namespace FastNN;

/// <summary>How <see cref="Trainer.TrainUntil"/> ended.</summary>
/// <param name="Steps">The number of updates.</param>
/// <param name="Cost">The cost at the present parameters.</param>
/// <param name="Reached">Whether this cost is at most the cost that was asked for.</param>
public readonly record struct TrainingResult(int Steps, float Cost, bool Reached);
