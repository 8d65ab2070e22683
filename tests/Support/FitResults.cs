namespace FastNN.Tests;

/// <summary>Results of Fit in comparisons.</summary>
internal static class FitResults
{
    /// <summary>Without what depends on how a run is divided into calls.</summary>
    internal static FitResult Bare(this FitResult result) => result with { History = [], Warnings = [] };
}
