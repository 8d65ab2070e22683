using static System.FormattableString;

namespace FastNN;

/// <summary>How <see cref="Trainer.Fit"/> ended; <see cref="ToString"/> says it in a line.</summary>
public sealed record FitResult
{
    /// <summary>Why it ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>Whole epochs done, those before this call included: <see cref="FitState.Epoch"/>.</summary>
    public required int Epochs { get; init; }

    /// <summary>The last whole epoch's <see cref="EpochReport.TrainingCost"/>; null if this call finished none.</summary>
    public float? Cost { get; init; }

    /// <summary>How the parameters, as they are now, do on the validation data; null without such data.</summary>
    public Metrics? Validation { get; init; }

    /// <summary>The epoch of the best validation cost, counted from 1; 0 if there was none.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Whether the parameters are now those after <see cref="BestEpoch"/>; otherwise they are as the last step left them.</summary>
    public bool BestRestored { get; init; }

    /// <summary>Where it diverged; null for every other reason.</summary>
    public Divergence? Divergence { get; init; }

    /// <summary>The report in one line, numbers in the invariant culture.</summary>
    /// <returns>
    /// For example: completed 20 epochs: cost 0.0123; validation: cost 0.015, accuracy 0.98, R² 0.95; parameters are those of epoch 17, the best
    /// </returns>
    public override string ToString()
    {
        string end = Reason switch
        {
            StopReason.Completed => Invariant($"completed {Epochs} {(Epochs == 1 ? "epoch" : "epochs")}"),
            StopReason.EarlyStopped => Invariant($"stopped early after epoch {Epochs}"),
            StopReason.StoppedByCallback => Invariant($"stopped by the callback after epoch {Epochs}"),
            _ => "diverged",
        };
        if (Divergence is { } at)
        {
            string what = float.IsFinite(at.Cost) ? Invariant($"the cost is {at.Cost}, but parameters or the optimizer's state are not finite by now") : Invariant($"the cost is {at.Cost}");
            end += Invariant($" in epoch {at.Epoch} at step {at.Step}: {what}; the learning rate may be too high ({at.LearningRate}), or samples too large");
        }
        else if (Cost is { } cost)
        {
            end += Invariant($": cost {cost:G4}");
        }

        if (Validation is { } metrics && (Divergence is null || BestRestored))
            end += Invariant($"; validation: cost {metrics.Cost:G4}, accuracy {metrics.Accuracy:G4}, R² {metrics.R2:G4}");
        if (BestRestored) return end + Invariant($"; parameters are those of epoch {BestEpoch}, the best");
        if (BestEpoch > 0) end += Invariant($"; the best was epoch {BestEpoch}");
        if (Divergence is not { } left) return end;

        return end + $"; parameters {(float.IsNaN(left.Cost) ? "are not" : "may not be")} finite, and no earlier ones were kept (Patience keeps the best)";
    }
}
