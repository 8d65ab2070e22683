namespace FastNN.Fit;

/// <summary>What a call of Fit notes for its result.</summary>
/// <param name="firstUpdate">The number of updates before this call.</param>
/// <param name="epochs">The most epochs of this call.</param>
internal sealed class FitLog(long firstUpdate, int epochs)
{
    private const int MostAtOnce = 1024; // reports for which there is memory from the beginning

    /// <summary>The number of updates before this call.</summary>
    internal long FirstUpdate => firstUpdate;

    /// <summary>Whether no code of the user runs between two steps that may change samples, weights, parameters or states.</summary>
    internal bool RunsAlone { get; init; }

    /// <summary>The reports of all epochs of this call.</summary>
    internal List<EpochReport> Epochs { get; } = new(Math.Clamp(epochs, 0, MostAtOnce));

    /// <summary>The sum of the weights of all samples, if they have weights.</summary>
    internal double Weight { get; set; }

    /// <summary>The mean cost of a sample in the first step; null before it.</summary>
    internal double? FirstCost { get; set; }
}
