using System.Runtime.CompilerServices;

namespace FastNN;

/// <summary>How <see cref="Trainer.Fit"/> trains. Each value is checked when it is set, and all together by Fit.</summary>
public sealed record FitOptions
{
    /// <summary>The epochs to reach, at least 1: turns over all training samples, those counted by a <see cref="FitState"/> included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public required int Epochs { get; init => field = Check(value, value >= 1, "at least 1"); }

    /// <summary>Samples in a step, at least 1, by default 32. The last step of an epoch takes what is left, fewer perhaps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int BatchSize { get; init => field = Check(value, value >= 1, "at least 1"); } = 32;

    /// <summary>Seed of the shuffling, by default 0. Seed and epoch alone say the order, the same on every platform and every version of .NET.</summary>
    public int Seed { get; init; }

    /// <summary>Whether each epoch takes the training samples in a new order, by default true; otherwise all take them as they stand.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// The share of the samples, in [0, 1), that is held out to validate: the last ones, as many as the share says rounded down; the others train.
    /// By default 0. Where samples are sorted, by class perhaps, the last are not like the others: shuffle them once before, or give
    /// <see cref="ValidationInputs"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, negative, or 1 or more.</exception>
    public float ValidationSplit { get; init => field = Check(value, value is >= 0f and < 1f, "at least 0 and less than 1"); }

    /// <summary>Inputs to validate with, [samples, n_in] row by row, instead of a <see cref="ValidationSplit"/>. By default empty: none.</summary>
    public ReadOnlyMemory<float> ValidationInputs { get; init; }

    /// <summary>The targets of <see cref="ValidationInputs"/>, [samples, n_out] row by row.</summary>
    public ReadOnlyMemory<float> ValidationTargets { get; init; }

    /// <summary>
    /// Training stops early when the validation cost has not improved for that many epochs, at least 1. By default null: it does not. Needs
    /// validation data.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? Patience { get; init => field = Check(value, value is null or >= 1, "at least 1"); }

    /// <summary>
    /// By more than this much, finite, at least 0 and 0 by default, a validation cost must be lower than the best so far to be the best.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float MinImprovement { get; init => field = Check(value, value >= 0f && float.IsFinite(value), "finite and at least 0"); }

    /// <summary>
    /// With <see cref="Patience"/>: whether the parameters after the best epoch are put back before Fit returns, for whatever reason it does. By
    /// default true. An exception, as of cancellation, leaves the parameters after the last step.
    /// </summary>
    public bool RestoreBest { get; init; } = true;

    /// <summary>
    /// Called after each epoch, on the thread that called Fit, and after its progress was told: false stops. The parameters are those after the
    /// epoch, and the <see cref="FitState"/> given to Fit is up to date, so both may be saved here. By default null.
    /// </summary>
    public Func<EpochReport, bool>? EpochDone { get; init; }

    private static T Check<T>(T value, bool holds, string expected, [CallerMemberName] string property = "") =>
        holds ? value : throw new ArgumentOutOfRangeException(property, value, $"{property} must be {expected}, but is {value}.");
}
