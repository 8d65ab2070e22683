using static System.FormattableString;

namespace FastNN;

/// <summary>
/// Where training came to a number that is not finite. The reason is a learning rate that is too high, or samples that are too large.
/// </summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Step">
/// The step in the epoch, counted from 1. It is the step with this cost, or the last step of the epoch. Parameters and states are checked
/// after the last step.
/// </param>
/// <param name="Cost">
/// The cost of this step: NaN or infinite. It is finite if only parameters or states of the optimizer are not finite.
/// </param>
/// <param name="LearningRate">
/// The learning rate of this step: <see cref="Optimizer.LearningRate"/> times the factor of the <see cref="Optimizer.Schedule"/>.
/// </param>
public readonly record struct Divergence(int Epoch, int Step, float Cost, float LearningRate)
{
    /// <summary>The place as a text, in the invariant culture.</summary>
    /// <returns>For example: diverged in epoch 3 at step 20: the cost is NaN; the learning rate may be too high (10), or
    /// samples too large</returns>
    public override string ToString()
    {
        string notFinite = float.IsFinite(Cost) ? ", but parameters or the optimizer's state are not finite" : "";
        return Invariant($"diverged in epoch {Epoch} at step {Step}: the cost is {Cost}{notFinite}; ")
            + Invariant($"the learning rate may be too high ({LearningRate}), or samples too large");
    }
}
