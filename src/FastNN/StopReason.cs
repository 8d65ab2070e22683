namespace FastNN;

/// <summary>Why <see cref="Trainer.Fit"/> returned.</summary>
public enum StopReason
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>The validation cost has not improved for <see cref="FitOptions.Patience"/> epochs.</summary>
    EarlyStopped,

    /// <summary><see cref="FitOptions.EpochDone"/> returned false.</summary>
    StoppedByCallback,

    /// <summary>
    /// The cost of a step was NaN or infinite, or after an epoch a parameter or the optimizer's state was. See
    /// <see cref="FitResult.Divergence"/>.
    /// </summary>
    Diverged,

    /// <summary>
    /// A <see cref="SecondOrderOptimizer"/> found no step that lowers its objective. Mostly the gradient is nearly 0, and floats cannot
    /// resolve a lower cost. But if the cost or an activation has a kink, for example <see cref="Cost.AbsoluteError"/> or
    /// <see cref="Activation.Relu"/>, the search may end at one. So it may with a learning rate far below 1.
    /// </summary>
    Converged,
}
