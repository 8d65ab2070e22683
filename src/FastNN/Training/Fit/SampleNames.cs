namespace FastNN.Fit;

/// <summary>What messages call the parts of samples.</summary>
internal sealed record SampleNames(string Inputs, string Targets, string Labels, string Source)
{
    /// <summary>The arguments of a method.</summary>
    internal static SampleNames Arguments { get; } = new("inputs", "targets", "labels", "source");

    /// <summary>The samples for validation in the options.</summary>
    internal static SampleNames Validation { get; } = new(
        $"options.{nameof(FitOptions.ValidationInputs)}", $"options.{nameof(FitOptions.ValidationTargets)}",
        $"options.{nameof(FitOptions.ValidationLabels)}", $"options.{nameof(FitOptions.ValidationSource)}");
}
