namespace FastNN;

/// <summary>
/// Where a run of <see cref="Trainer.Fit"/> stands: plain values, to be saved beside the network's parameters, and the optimizer's state if it has any.
/// Fit with all of these, the same samples and the same options goes on as if it had never been interrupted, to the bit.
/// </summary>
/// <remarks>
/// It is up to date when Fit has thrown <see cref="OperationCanceledException"/>, and whenever <see cref="FitOptions.EpochDone"/> is called. After
/// Fit has returned, more epochs may follow, but from the parameters it left: if those were the best's, the run is another one than without the stop.
/// Not thread-safe: not to be changed while Fit runs.
/// </remarks>
public sealed class FitState
{
    /// <summary>Whole epochs done.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps done in the epoch that has begun.</summary>
    public int Step { get; set; }

    /// <summary>
    /// The training samples of that epoch. As it goes on with what is left of its order, this, <see cref="BatchSize"/> and <see cref="Seed"/> must then be the
    /// same; all three mean nothing while <see cref="Step"/> is 0.
    /// </summary>
    public int Samples { get; set; }

    /// <summary>Its <see cref="FitOptions.BatchSize"/>.</summary>
    public int BatchSize { get; set; }

    /// <summary>Its <see cref="FitOptions.Seed"/>; null if it takes the samples as they stand (see <see cref="FitOptions.Shuffle"/>).</summary>
    public int? Seed { get; set; }

    /// <summary>
    /// The costs of the samples in these steps, added up: over the steps, cost times samples for <see cref="Reduction.Mean"/>, and the cost, which is
    /// a sum already, for <see cref="Reduction.Sum"/>.
    /// </summary>
    public double CostSum { get; set; }

    /// <summary>The epoch of the best validation cost, counted from 1; 0 if there was none yet.</summary>
    public int BestEpoch { get; set; }

    /// <summary>The best validation cost; means nothing while <see cref="BestEpoch"/> is 0.</summary>
    public float BestCost { get; set; }

    /// <summary>
    /// The parameters after <see cref="BestEpoch"/>; null if there was none yet or they are not asked for (see <see cref="FitOptions.RestoreBest"/>).
    /// Fit writes into the array.
    /// </summary>
    public float[]? BestParameters { get; set; }

    /// <summary>Epochs since the best one, or since the first if there was none. Set to 0, it lets a run that stopped early go on.</summary>
    public int EpochsWithoutImprovement { get; set; }
}
