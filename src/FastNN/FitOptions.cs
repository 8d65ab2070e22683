using System.Runtime.CompilerServices;

namespace FastNN;

/// <summary>How <see cref="Trainer.Fit"/> trains. Each value is checked when it is set. Fit checks all values together.</summary>
public sealed record FitOptions
{
    /// <summary>
    /// The epoch to reach, at least 1. An epoch is one pass over all training samples. Epochs that a <see cref="FitState"/> has counted are
    /// included.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public required int Epochs { get; init => field = Check(value, value >= 1, "at least 1"); }

    /// <summary>
    /// The number of samples in a step, at least 1; by default 32. The last step of an epoch takes the rest, which may be fewer. A
    /// <see cref="SecondOrderOptimizer"/> does not use it: each of its steps takes all training samples.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int BatchSize { get; init => field = Check(value, value >= 1, "at least 1"); } = 32;

    /// <summary>
    /// The seed of the shuffling; by default 0. Only the seed and the epoch determine the order. It is the same on every platform and every
    /// version of .NET.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>
    /// Whether each epoch takes the training samples in a new order; by default true. If false, each epoch takes them in the given order.
    /// An epoch of a single batch does too, because the batch is the same in any order.
    /// </summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// The share of the samples that is held out for validation, in [0, 1); by default 0. The last samples are held out, and the others
    /// train. If the samples are sorted, for example by class, the last ones are not like the others. Then shuffle them once before, or set
    /// <see cref="ValidationInputs"/>.
    /// </summary>
    /// <remarks>
    /// The number is the split times the samples, rounded down. There is one exception, because a float is not exactly the number that you
    /// write. The nearest whole number counts if its quotient by the samples, computed in double precision and rounded to float, is the
    /// split. So 0.7f of 10 samples are 7, and 1f/3 of 9 are 3. This holds on every platform and every version of .NET.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN, negative, or 1 or more.</exception>
    public float ValidationSplit { get; init => field = Check(value, value is >= 0f and < 1f, "at least 0 and less than 1"); }

    /// <summary>
    /// Inputs for validation, [samples, n_in] row by row, instead of a <see cref="ValidationSplit"/>. By default empty: none.
    /// </summary>
    public ReadOnlyMemory<float> ValidationInputs { get; init; }

    /// <summary>The targets of <see cref="ValidationInputs"/>, [samples, n_out] row by row.</summary>
    public ReadOnlyMemory<float> ValidationTargets { get; init; }

    /// <summary>
    /// Labels of <see cref="ValidationInputs"/>, [samples], instead of <see cref="ValidationTargets"/>. By default empty: none.
    /// </summary>
    public ReadOnlyMemory<int> ValidationLabels { get; init; }

    /// <summary>
    /// Samples for validation that need not be in memory, instead of all of the above. By default null: none. The samples are read once
    /// before the first validation, and again for each.
    /// </summary>
    public ISampleSource? ValidationSource { get; init; }

    /// <summary>
    /// A weight for each sample, [samples], or for each output of each sample, [samples, n_out] row by row. By default empty: all are 1.
    /// Each is finite and at least 0. They multiply costs and gradients as in
    /// <see cref="Trainer.Step(ReadOnlySpan{float}, ReadOnlySpan{float}, ReadOnlySpan{float}, CancellationToken)"/>. What has the weight 0
    /// is not checked.
    /// </summary>
    /// <remarks>
    /// <para>
    /// But under <see cref="Reduction.Mean"/> a batch divides by its number of samples, not by its weights. Otherwise a batch without
    /// samples of a rare class would count as much as one with them. So the mean weight scales the steps: keep it near 1. The cost of an
    /// epoch is the weighted mean.
    /// </para>
    /// <para>
    /// The samples of a <see cref="ValidationSplit"/> have their weights in validation. Samples of a source have weights by their numbers;
    /// then those of its split are read into memory all together.
    /// </para>
    /// </remarks>
    public ReadOnlyMemory<float> SampleWeights { get; init; }

    /// <summary>The same for the samples of <see cref="ValidationInputs"/>. By default empty: all are 1.</summary>
    public ReadOnlyMemory<float> ValidationWeights { get; init; }

    /// <summary>
    /// A weight for each class, which multiplies the weights of its training samples. By default empty: all are 1. Each is finite and at
    /// least 0. <see cref="Samples.BalancedWeights"/> makes classes count the same.
    /// </summary>
    /// <remarks>
    /// With several outputs, each is a class, and a sample is of the class of its largest target, the first of equals. One output has two
    /// classes: a sample is of class 1 if its target is at least 0.5. Validation does not weigh classes.
    /// </remarks>
    public ReadOnlyMemory<float> ClassWeights { get; init; }

    /// <summary>
    /// Training stops early when the validation cost has not improved for this number of epochs, at least 1. By default null: it does not
    /// stop early. Needs validation data.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? Patience { get; init => field = Check(value, value is null or >= 1, "at least 1"); }

    /// <summary>
    /// A validation cost is the best so far only if it is lower than the best before by more than this number. It is finite and at least 0;
    /// by default 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public float MinImprovement { get; init => field = Check(value, value >= 0f && float.IsFinite(value), "finite and at least 0"); }

    /// <summary>
    /// With <see cref="Patience"/>: whether Fit puts the parameters after the best epoch back before it returns, for any reason. By default
    /// true. If Fit throws, for example after a cancellation, the parameters are those after the last step.
    /// </summary>
    public bool RestoreBest { get; init; } = true;

    /// <summary>
    /// Called after each epoch, on the thread that called Fit, and after the report to progress. If it returns false, the training stops.
    /// The parameters are those after the epoch, and the <see cref="FitState"/> that was given to Fit is up to date, so both may be saved
    /// here. By default null.
    /// </summary>
    public Func<EpochReport, bool>? EpochDone { get; init; }

    private static T Check<T>(T value, bool holds, string expected, [CallerMemberName] string property = "") =>
        holds
            ? value
            : throw new ArgumentOutOfRangeException(
                property, value, FormattableString.Invariant($"{property} must be {expected}, but is {value}."));
}
