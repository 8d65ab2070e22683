namespace FastNN;

/// <summary>Where training came to a number that is not finite: too high a learning rate leads there, and samples that are too large.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Step">The step within the epoch, counted from 1: that of the cost, or the epoch's last, after which parameters and states are looked at.</param>
/// <param name="Cost">That step's cost: NaN or infinite, or finite if it is parameters, or states of the optimizer, that are not.</param>
/// <param name="LearningRate">The rate of that step: <see cref="Optimizer.LearningRate"/> times the factor of the <see cref="Optimizer.Schedule"/>.</param>
public readonly record struct Divergence(int Epoch, int Step, float Cost, float LearningRate);
