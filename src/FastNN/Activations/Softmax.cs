namespace FastNN;

public abstract partial class Activation
{
    /// <summary>
    /// a_i = e^(z_i)/Σ_k e^(z_k): probabilities that add up to 1, for the last layer of a classification. Finite for all finite sums z.
    /// </summary>
    public static Activation Softmax { get; } = new SoftmaxFunction();

    private sealed class SoftmaxFunction() : Coupled(nameof(Softmax))
    {
        public override double MaxUlp => 5;

        public override double MaxSlopeError => 0;

        public override float LeastOutput => 0f;

        public override float MostOutput => 1f;
    }
}
