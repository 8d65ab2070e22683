using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Optimizers;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// Adam: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), w ← w − learningRate·m̂/(√v̂ + ε) in update t =
/// 1, 2, … m and v [parameters] start from 0. The rule of torch.optim.Adam, after Kingma and Ba, "Adam: A method for stochastic
/// optimization", 2015.
/// </summary>
/// <remarks>
/// States: "first moment", m, and "second moment", v. The gradient is clipped and decayed first, see <see cref="Optimizer"/>.
/// <see cref="AdamW"/> has a decay apart from the gradient. The computation is w ← fma(−r, m/fma(√v, c, ε), w) with r = learningRate/(1 −
/// β₁ᵗ) and c = 1/√(1 − β₂ᵗ).
/// </remarks>
public sealed class Adam : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Finite and greater than 0. A step moves a parameter by about this much at most.</param>
    /// <param name="beta1">β₁, in [0, 1): the share of m that a step keeps.</param>
    /// <param name="beta2">β₂, in [0, 1): the share of v that a step keeps.</param>
    /// <param name="epsilon">ε, finite and greater than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Adam(float learningRate = 1e-3f, float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f)
        : base(learningRate)
    {
        Beta1 = Guard.Fraction(beta1, nameof(beta1));
        Beta2 = Guard.Fraction(beta2, nameof(beta2));
        Epsilon = Guard.Positive(epsilon, nameof(epsilon));
    }

    /// <summary>β₁, in [0, 1).</summary>
    public float Beta1 { get; }

    /// <summary>β₂, in [0, 1).</summary>
    public float Beta2 { get; }

    /// <summary>ε, greater than 0.</summary>
    public float Epsilon { get; }

    internal override string Kind => nameof(Adam);

    private protected override Optimizer WithDefaults() => new Adam(LearningRate);

    internal override IReadOnlyList<string> StateNames => AdamRule.StateNames;

    private protected override IReadOnlyList<(string Name, float Value)> RuleSettings =>
        [(nameof(Beta1), Beta1), (nameof(Beta2), Beta2), (nameof(Epsilon), Epsilon)];

    internal override UpdateKernel KernelFrom(KernelSet kernels) => kernels.UpdateBy<AdamRule>();

    private protected override RuleTerms<float> RuleAt(long step, out double divisor) =>
        AdamRule.TermsAt(step, Beta1, Beta2, Epsilon, out divisor);
}
