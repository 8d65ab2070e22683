using static System.FormattableString;

namespace FastNN;

/// <summary>How <see cref="EnsembleTrainer.Fit"/> ended for one member. <see cref="ToString"/> says it in one line.</summary>
/// <param name="Reason">Why the training of the member ended.</param>
/// <param name="Epochs">The number of whole epochs.</param>
/// <param name="Cost">
/// The mean cost of the samples in the last whole epoch, each before the step that it took part in; null if there was none. If the best
/// parameters were put back, it is that of <paramref name="BestEpoch"/>.
/// </param>
/// <param name="ValidationCost">The mean cost of the validation data at the present parameters; null without such data.</param>
/// <param name="BestEpoch">The epoch of the best validation cost, counted from 1; 0 if there was none.</param>
/// <param name="Divergence">Where the training diverged; null for every other reason.</param>
public sealed record MemberFitResult(
    StopReason Reason, int Epochs, float? Cost, float? ValidationCost, int BestEpoch, Divergence? Divergence)
{
    /// <summary>The result in one line, in the invariant culture.</summary>
    /// <returns>For example: EarlyStopped after 12 epochs: cost 0.0123, validation 0.015, the best was epoch 7</returns>
    public override string ToString()
    {
        string text = Divergence is { } place ? $"{place}" : Invariant($"{Reason} after {Epochs} epochs: cost {Cost:G4}");
        if (ValidationCost is { } cost) text += Invariant($", validation {cost:G4}");
        return BestEpoch > 0 ? text + Invariant($", the best was epoch {BestEpoch}") : text;
    }
}
