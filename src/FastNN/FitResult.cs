using static System.FormattableString;

namespace FastNN;

/// <summary>How <see cref="Trainer.Fit"/> ended. <see cref="ToString"/> says it in one line.</summary>
public sealed record FitResult
{
    /// <summary>Why the training ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>The number of whole epochs, including those before this call: <see cref="FitState.Epoch"/>.</summary>
    public required int Epochs { get; init; }

    /// <summary>The <see cref="EpochReport.TrainingCost"/> of the last whole epoch; null if this call finished no epoch.</summary>
    public float? Cost { get; init; }

    /// <summary>The metrics of the present parameters on the validation data; null without such data.</summary>
    public Metrics? Validation { get; init; }

    /// <summary>The epoch of the best validation cost, counted from 1; 0 if there was none.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Whether the parameters are now those after <see cref="BestEpoch"/>. If not, they are those after the last step.</summary>
    public bool BestRestored { get; init; }

    /// <summary>Where the training diverged; null for every other reason.</summary>
    public Divergence? Divergence { get; init; }

    /// <summary>The result in one line. Numbers are written in the invariant culture.</summary>
    /// <returns>
    /// For example: completed 20 epochs: cost 0.0123; validation: cost 0.015, accuracy 0.98, R² 0.95; parameters are those of epoch 17, the
    /// best
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
            string notFinite = float.IsFinite(at.Cost) ? ", but parameters or the optimizer's state are not finite" : "";
            end += Invariant($" in epoch {at.Epoch} at step {at.Step}: the cost is {at.Cost}{notFinite}; ")
                + Invariant($"the learning rate may be too high ({at.LearningRate}), or samples too large");
        }
        else if (Cost is { } cost)
        {
            end += Invariant($": cost {cost:G4}");
        }

        if (Validation is { } metrics && (Divergence is null || BestRestored))
        {
            string accuracy = metrics.Accuracy is { } share ? Invariant($", accuracy {share:G4}") : "";
            end += Invariant($"; validation: cost {metrics.Cost:G4}{accuracy}, R² {metrics.R2:G4}");
        }

        if (BestRestored) return end + Invariant($"; parameters are those of epoch {BestEpoch}, the best");
        if (BestEpoch > 0) end += Invariant($"; the best was epoch {BestEpoch}");
        if (Divergence is not { } left) return end;

        string areNot = float.IsNaN(left.Cost) ? "are not" : "may not be";
        return end + $"; parameters {areNot} finite, and no earlier ones were kept (Patience keeps the best)";
    }
}
