namespace FastNN;

public abstract partial class Cost
{
    /// <summary>
    /// C = −Σ_i y_i·ln a_i, for probabilities that add up to 1. The last layer must be softmax, and then δ_i = a_i·Σ_k y_k − y_i. The
    /// targets of a sample should add up to 1, and then δ_i = a_i − y_i. <see cref="Trainer.Fit"/> refuses others. A step takes them, for
    /// example for weights of classes: the gradient is always that of this cost. It is computed from the sums z, as Σ_i y_i·(ln Σ_k
    /// e^(z_k − max z) − (z_i − max z)). So it is finite even if a has been rounded to 0.
    /// </summary>
    public static Cost CrossEntropy { get; } = new CrossEntropyCost();

    /// <summary>No output counts as less likely than e to the power of minus this number. So no cross-entropy is infinite.</summary>
    internal const float MostUnlikely = 1.26765060e30f; // 2¹⁰⁰

    private sealed class CrossEntropyCost() : OfSoftmax(nameof(CrossEntropy))
    {
        public override float LeastTarget => 0f;

        public override float MostTarget => 1f;

        public override bool TargetsSumToOne => true;

        public override bool OutputsAreLabels => false;
    }
}
