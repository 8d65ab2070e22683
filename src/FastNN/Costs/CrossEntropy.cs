using FastNN.Plumbing;

namespace FastNN;

public abstract partial class Cost
{
    /// <summary>
    /// C = −Σ_i y_i·ln a_i, for probabilities that add up to 1. The last layer must be softmax, and then δ_i = a_i·Σ_k y_k − y_i. The
    /// targets of a sample should add up to 1, within 0.001, and then δ_i = a_i − y_i. <see cref="Trainer.Fit"/> refuses others. A step
    /// takes them, for example for weights of classes: the gradient is always that of this cost. It is computed from the sums z, as
    /// Σ_i y_i·(ln Σ_k e^(z_k − max z) − (z_i − max z)). So it is finite even if a has been rounded to 0.
    /// </summary>
    public static Cost CrossEntropy { get; } = new CrossEntropyCost();

    /// <summary>No output counts as less likely than e to the power of minus this number. So no cross-entropy is infinite.</summary>
    internal const float MostUnlikely = 1.26765060e30f; // 2¹⁰⁰

    /// <summary>Targets that add up to 1 within this number count as if they added up to 1.</summary>
    internal const float SumTolerance = 0.001f;

    /// <summary>The sum of the targets of a sample, as the gradient takes it.</summary>
    internal static float SumOrOne(float sum) => MathF.Abs(sum - 1f) > SumTolerance ? sum : 1f;

    /// <summary>
    /// <see cref="CrossEntropy"/> with label smoothing: the target y_i counts as y_i·(1 − ε) + ε/n for n outputs (Szegedy et al., 2016), as
    /// in PyTorch's CrossEntropyLoss. So no output is driven to exactly 0 or 1. Give the targets as they are; accuracy and R² compare with
    /// them. The least cost is greater than 0.
    /// </summary>
    /// <param name="smoothing">ε. At least 0 and less than 1. For 0 the result is <see cref="CrossEntropy"/>.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="smoothing"/> is not in [0, 1).</exception>
    public static Cost CrossEntropyWithSmoothing(float smoothing) =>
        Guard.Fraction(smoothing, nameof(smoothing)) == 0f ? CrossEntropy : new CrossEntropyCost(smoothing);

    private sealed class CrossEntropyCost : OfSoftmax
    {
        internal CrossEntropyCost()
            : base(nameof(CrossEntropy))
        {
        }

        internal CrossEntropyCost(float smoothing)
            : base(nameof(CrossEntropyWithSmoothing), smoothing)
        {
        }

        public override float LeastTarget => 0f;

        public override float MostTarget => 1f;

        public override bool TargetsSumToOne => true;

        public override bool OutputsAreLabels => false;
    }
}
