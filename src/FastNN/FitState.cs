namespace FastNN;

/// <summary>
/// The state of a run of <see cref="Trainer.Fit"/>. It has plain values, which you can save beside the network's parameters and the
/// optimizer's state. With all of these, the same samples and the same options, Fit continues with the bits of a run that never stopped.
/// </summary>
/// <remarks>
/// The state is up to date when Fit has thrown, and whenever <see cref="FitOptions.EpochDone"/> is called. After Fit has returned, you may
/// add epochs. They start from the parameters that Fit left. If Fit put the best parameters back, the result differs from that of a run
/// without the stop. A state is not thread-safe: do not change it while Fit runs.
/// </remarks>
public sealed class FitState
{
    /// <summary>The number of whole epochs.</summary>
    public int Epoch { get; set; }

    /// <summary>The number of steps in the epoch that has begun. After all of them, its validation is still to come.</summary>
    public int Step { get; set; }

    /// <summary>
    /// The number of training samples in the epoch that has begun. A run in the middle of an epoch continues with the rest of its order. So
    /// this number, <see cref="BatchSize"/> and <see cref="Seed"/> must then be the same. All three mean nothing while <see cref="Step"/>
    /// is 0.
    /// </summary>
    public int Samples { get; set; }

    /// <summary>The <see cref="FitOptions.BatchSize"/> of the epoch that has begun.</summary>
    public int BatchSize { get; set; }

    /// <summary>
    /// The <see cref="FitOptions.Seed"/> of the epoch that has begun; null if it takes the samples in the given order (see
    /// <see cref="FitOptions.Shuffle"/>).
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>
    /// The sum of the costs of the samples in the steps of the epoch that has begun. With <see cref="Reduction.Mean"/> a step adds its cost
    /// times its number of samples. With <see cref="Reduction.Sum"/> it adds its cost, which already is a sum.
    /// </summary>
    public double CostSum { get; set; }

    /// <summary>
    /// The sum of the weights of the samples in these steps, if samples or classes have weights; otherwise 0. It divides
    /// <see cref="CostSum"/> at the end of the epoch.
    /// </summary>
    public double WeightSum { get; set; }

    /// <summary>The epoch of the best validation cost, counted from 1; 0 if there is none yet.</summary>
    public int BestEpoch { get; set; }

    /// <summary>The best validation cost. It means nothing while <see cref="BestEpoch"/> is 0.</summary>
    public float BestCost { get; set; }

    /// <summary>
    /// The <see cref="EpochReport.TrainingCost"/> of <see cref="BestEpoch"/>. Null if there is no such epoch yet, or if an older version
    /// saved the state. It changes nothing in the training: <see cref="FitResult.Cost"/> shows it if the best parameters are put back.
    /// </summary>
    public float? BestTrainingCost { get; set; }

    /// <summary>
    /// The parameters after <see cref="BestEpoch"/>. Null if there is no such epoch yet, or if they are not needed (see
    /// <see cref="FitOptions.RestoreBest"/>). Fit writes into the array.
    /// </summary>
    public float[]? BestParameters { get; set; }

    /// <summary>
    /// The number of epochs since the best one; without a best one, since the first. Set it to 0 to continue a run that stopped early.
    /// </summary>
    public int EpochsWithoutImprovement { get; set; }
}
