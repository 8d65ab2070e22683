namespace FastNN;

public abstract partial class Activation
{
    /// <summary>
    /// a_i = e^(z_i)/Σ_k e^(z_k): probabilities that add up to 1, for the last layer of a classification. Computed from z_i − max z, so it is finite for all finite
    /// sums.
    /// </summary>
    public static Activation Softmax { get; } = new SoftmaxFunction();

    private sealed class SoftmaxFunction() : Activation(nameof(Softmax))
    {
        public override double MaxUlp => 5;

        public override double MaxSlopeError => 0;

        public override bool IsElementwise => false;

        internal override bool KeepsSlope => false;

        internal override double Exact(double z) => throw new NotSupportedException();

        internal override double ExactSlope(double z) => throw new NotSupportedException();

        internal override ActivationKernels CreateKernels(KernelSet set) => set.CreateSoftmaxKernels();
    }
}
