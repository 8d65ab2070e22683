using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Optimizers;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// Adam with a decay apart from the gradient: w ← w − learningRate·λ·w, then the update of <see cref="Adam"/>. The decay does not enter the
/// moments. The rule of torch.optim.AdamW, after Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
/// </summary>
/// <remarks>
/// States: "first moment", m, and "second moment", v. λ is <see cref="Optimizer.WeightDecay"/>, here 0.01 by default, and only for weights.
/// The schedule changes both the decay and the update. The computation is w ← fma(−r, m/fma(√v, c, ε), (1 − learningRate·λ)·w), with r and
/// c as in <see cref="Adam"/>.
/// </remarks>
public sealed class AdamW : Optimizer
{
    /// <summary>Creates the optimizer, with a decay of 0.01.</summary>
    /// <param name="learningRate">
    /// Finite and greater than 0. Apart from the decay, a step moves a parameter by about this much at most.
    /// </param>
    /// <param name="beta1">β₁, in [0, 1): the share of m that a step keeps.</param>
    /// <param name="beta2">β₂, in [0, 1): the share of v that a step keeps.</param>
    /// <param name="epsilon">ε, finite and greater than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public AdamW(float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f)
        : base(learningRate)
    {
        Beta1 = Guard.Fraction(beta1, nameof(beta1));
        Beta2 = Guard.Fraction(beta2, nameof(beta2));
        Epsilon = Guard.Positive(epsilon, nameof(epsilon));
        WeightDecay = 0.01f;
    }

    /// <summary>β₁, in [0, 1).</summary>
    public float Beta1 { get; }

    /// <summary>β₂, in [0, 1).</summary>
    public float Beta2 { get; }

    /// <summary>ε, greater than 0.</summary>
    public float Epsilon { get; }

    internal override string Kind => nameof(AdamW);

    private protected override Optimizer WithDefaults() => new AdamW(LearningRate);

    internal override IReadOnlyList<string> StateNames => AdamRule.StateNames;

    private protected override bool DecaysApart => true;

    private protected override IReadOnlyList<(string Name, float Value)> RuleSettings =>
        [(nameof(Beta1), Beta1), (nameof(Beta2), Beta2), (nameof(Epsilon), Epsilon)];

    internal override UpdateKernel KernelFrom(KernelSet kernels) => kernels.UpdateBy<AdamRule>();

    private protected override RuleTerms<float> RuleAt(long step, out double divisor) =>
        AdamRule.TermsAt(step, Beta1, Beta2, Epsilon, out divisor);
}
