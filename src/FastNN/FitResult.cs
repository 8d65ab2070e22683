using static System.FormattableString;

namespace FastNN;

/// <summary>How <see cref="Trainer.Fit"/> ended. <see cref="ToString"/> says it in one line.</summary>
public sealed record FitResult
{
    /// <summary>Why the training ended.</summary>
    public required StopReason Reason { get; init; }

    /// <summary>The number of whole epochs, including those before this call: <see cref="FitState.Epoch"/>.</summary>
    public required int Epochs { get; init; }

    /// <summary>
    /// The <see cref="EpochReport.TrainingCost"/> of the last whole epoch; null if this call finished no epoch. If the best parameters were
    /// put back, it is that of <see cref="BestEpoch"/>, also if an earlier call ran this epoch. It is null then only if the state does not
    /// know it (<see cref="FitState.BestTrainingCost"/>).
    /// </summary>
    public float? Cost { get; init; }

    /// <summary>The reports of all epochs that this call has finished, in their order.</summary>
    public IReadOnlyList<EpochReport> History { get; init; } = [];

    /// <summary>
    /// What you may not expect, in words; empty if there is nothing. Each is one of these:
    /// <list type="bullet">
    /// <item>The last layer is softmax, and the cost is not <see cref="FastNN.Cost.CrossEntropy"/>.</item>
    /// <item>There are <see cref="FitOptions.ClassWeights"/>, but the targets are no labels.</item>
    /// <item>All weights of the training samples are 0, or all those of the validation samples.</item>
    /// <item>No step was made, because the state was already at the end of its epochs or of its patience.</item>
    /// <item>
    /// The schedule gave a learning rate of 0 in all steps of this call, or in at least its last two steps and as many as an epoch has.
    /// </item>
    /// <item>
    /// The cost rose. Either the last epoch of this call has more than twice the cost of its first, or more than ten times that of its
    /// first step. A network that is better than one whose outputs are all 0 gets no such warning.
    /// </item>
    /// </list>
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The metrics of the present parameters on the validation data; null without such data.</summary>
    public Metrics? Validation { get; init; }

    /// <summary>The epoch of the best validation cost, counted from 1; 0 if there was none.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Whether the parameters are now those after <see cref="BestEpoch"/>. If not, they are those after the last step.</summary>
    public bool BestRestored { get; init; }

    /// <summary>Where the training diverged; null for every other reason.</summary>
    public Divergence? Divergence { get; init; }

    /// <summary>
    /// The result in one line. The cost is that of the first epoch of this call and <see cref="Cost"/>. Warnings stand at the end. Numbers
    /// are written in the invariant culture.
    /// </summary>
    /// <returns>
    /// For example: completed 20 epochs: cost 0.6931 → 0.0123; validation: cost 0.015, accuracy 0.98, R² 0.95; parameters are those of
    /// epoch 17, the best
    /// </returns>
    public override string ToString() => string.Join("; ", [InWords, .. Warnings]);

    private string InWords
    {
        get
        {
            string end = End;
            if (Validation is { } metrics && (Divergence is null || BestRestored)) end += $"; validation: {metrics}";

            if (BestRestored) return end + Invariant($"; parameters are those of epoch {BestEpoch}, the best");
            if (BestEpoch > 0) end += Invariant($"; the best was epoch {BestEpoch}");
            if (Divergence is not { } left) return end;

            string areNot = float.IsNaN(left.Cost) ? "are not" : "may not be";
            return end + $"; parameters {areNot} finite, and no earlier ones were kept (Patience keeps the best)";
        }
    }

    /// <summary>How it ended, with the costs.</summary>
    private string End
    {
        get
        {
            if (Divergence is { } place) return $"{place}";

            string end = Reason switch
            {
                StopReason.Completed => Invariant($"completed {Epochs} {(Epochs == 1 ? "epoch" : "epochs")}"),
                StopReason.EarlyStopped => Invariant($"stopped early after epoch {Epochs}"),
                StopReason.Converged => Invariant($"converged after {Epochs} {(Epochs == 1 ? "epoch" : "epochs")}"),
                _ => Invariant($"stopped by the callback after epoch {Epochs}"),
            };
            if (Cost is not { } cost) return end;

            string first = History.Count > 1 ? Invariant($"{History[0].TrainingCost:G4} → ") : "";
            return end + Invariant($": cost {first}{cost:G4}");
        }
    }
}
