using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Optimizers;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// Adam with decay apart from the gradient: w ← w − learningRate·λ·w, then the update of <see cref="Adam"/>, whose moments know nothing of the
/// decay. The rule of torch.optim.AdamW, after Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
/// </summary>
/// <remarks>
/// States: "first moment", m, and "second moment", v. λ is <see cref="Optimizer.WeightDecay"/>, here 0.01 by default, of weights only; the schedule
/// moves decay and update alike. What is computed is w ← fma(−r, m/fma(√v, c, ε), (1 − learningRate·λ)·w), r and c as for <see cref="Adam"/>.
/// </remarks>
public sealed class AdamW : Optimizer
{
    /// <summary>Creates the recipe, with a decay of 0.01.</summary>
    /// <param name="learningRate">Finite and greater than 0: about the most that a step moves a parameter, but for the decay.</param>
    /// <param name="beta1">β₁, in [0, 1): what is left of m in a step.</param>
    /// <param name="beta2">β₂, in [0, 1): what is left of v in a step.</param>
    /// <param name="epsilon">ε, finite and greater than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
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

    internal override IReadOnlyList<string> StateNames => AdamRule.StateNames;

    private protected override bool DecaysApart => true;

    private protected override IReadOnlyList<(string Name, float Value)> RuleSettings =>
        [(nameof(Beta1), Beta1), (nameof(Beta2), Beta2), (nameof(Epsilon), Epsilon)];

    internal override UpdateKernel KernelFrom(KernelSet kernels) => kernels.UpdateBy<AdamRule>();

    private protected override RuleTerms<float> RuleAt(long step, out double divisor) => AdamRule.TermsAt(step, Beta1, Beta2, Epsilon, out divisor);
}
