namespace FastNN.Passes;

/// <summary>
/// The cost at which a training ends: it is small enough, or it is not finite. A step that knows its goal computes the cost first, and then
/// makes no update if the training ends. The default value ends at no cost.
/// </summary>
/// <param name="Most">The largest cost that is small enough.</param>
/// <param name="Divisor">What divides the sum of the costs of the samples: their number or 1.</param>
internal readonly record struct CostGoal(float Most, int Divisor)
{
    /// <summary>Whether training ends at this cost of a batch.</summary>
    internal bool EndsAt(float cost) => Divisor != 0 && (cost <= Most || !float.IsFinite(cost));

    /// <summary>Whether training ends at this sum of the costs of all samples.</summary>
    internal bool EndsAtSum(double sum) => EndsAt((float)(sum / Divisor));
}
