using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// How a <see cref="Trainer"/> turns the gradient into new parameters: <see cref="Sgd"/>, <see cref="Momentum"/>, <see cref="Nesterov"/>,
/// <see cref="RmsProp"/>, <see cref="Adam"/> or <see cref="AdamW"/>. It cannot be derived from outside this library.
/// </summary>
/// <remarks>
/// <para>
/// A recipe: what it remembers from step to step lies with the trainer, in <see cref="Trainer.OptimizerState"/>. So one optimizer may serve
/// several trainers, also at once, as long as nobody sets <see cref="LearningRate"/> meanwhile.
/// </para>
/// <para>
/// With gradient g, parameters w and update number t = 1, 2, … a step does, in this order:
/// <code>
/// clip by value   g ← min(ClipValue, max(−ClipValue, g))
/// clip by norm    g ← g·ClipNorm/‖g‖                        if ‖g‖ = √Σ_k g_k² over all parameters is greater than ClipNorm
/// decay           g ← g + WeightDecay·w                     weights only; AdamW: w ← w − r·WeightDecay·w
/// rate            r = LearningRate·Schedule.Factor(t − 1)
/// rule            w ← w − r·d, d the direction of the optimizer
/// </code>
/// Coefficients are computed in double precision once a step and rounded to float once; divisions and square roots are those of IEEE 754.
/// </para>
/// <para>
/// Rules and defaults are those that PyTorch documents for torch.optim, with three differences: biases do not decay; the factor of a norm is
/// ClipNorm/‖g‖, where torch.nn.utils.clip_grad_norm_ has max_norm/(‖g‖ + 10⁻⁶); and a norm that is NaN clips nothing.
/// </para>
/// <para>
/// A state does not decay into subnormal numbers, less than 2⁻¹²⁶ ≈ 10⁻³⁸, which would make steps slower and slower as training converges: Adam's on one
/// sample took up to 5 times as long after some thousand steps. A first moment or a velocity is 0 there; to a mean of squares each step adds 2⁻¹²⁶, whose
/// root, 3·10⁻¹⁸ by the defaults of Adam, is nothing beside ε.
/// </para>
/// </remarks>
public abstract class Optimizer
{
    private float _learningRate;

    private protected Optimizer(float learningRate) => LearningRate = learningRate;

    /// <summary>
    /// The factor of the gradient in a step: finite and greater than 0. It may be changed between steps.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and greater than 0.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = Guard.LearningRate(value);
    }

    /// <summary>λ, how strongly weights are drawn to 0, biases not: finite and at least 0, by default 0 (none), for <see cref="AdamW"/> 0.01.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and at least 0.</exception>
    public float WeightDecay
    {
        get;
        init => field = Guard.NotNegative(value, nameof(WeightDecay));
    }

    /// <summary>The most that a component of the gradient counts, in either direction: greater than 0, by default +∞ (any). NaN stays NaN.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not greater than 0.</exception>
    public float ClipValue
    {
        get;
        init => field = Guard.Limit(value, nameof(ClipValue));
    } = float.PositiveInfinity;

    /// <summary>
    /// The greatest Euclidean norm of the gradient over all parameters, up to rounding; a longer one is shortened. Greater than 0, by default
    /// +∞ (any). It is taken after <see cref="ClipValue"/> and before <see cref="WeightDecay"/>, and costs one more turn over the gradient.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not greater than 0.</exception>
    public float ClipNorm
    {
        get;
        init => field = Guard.Limit(value, nameof(ClipNorm));
    } = float.PositiveInfinity;

    /// <summary>What <see cref="LearningRate"/> is multiplied by from step to step; by default <see cref="LearningRateSchedule.Constant"/>.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public LearningRateSchedule Schedule
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Schedule));
    } = LearningRateSchedule.Constant;

    /// <summary>The name of its class.</summary>
    internal abstract string Kind { get; }

    /// <summary>All its numbers but the learning rate, which may change.</summary>
    internal IReadOnlyList<(string Name, float Value)> Settings =>
        [.. RuleSettings, (nameof(WeightDecay), WeightDecay), (nameof(ClipValue), ClipValue), (nameof(ClipNorm), ClipNorm)];

    /// <summary>Those of the rule.</summary>
    private protected virtual IReadOnlyList<(string Name, float Value)> RuleSettings => [];

    /// <summary>The names of what is kept for each parameter, in the order of the rule's states.</summary>
    internal virtual IReadOnlyList<string> StateNames => [];

    /// <summary>Whether the decay acts on the weights themselves, not by way of the gradient.</summary>
    private protected virtual bool DecaysApart => false;

    internal abstract UpdateKernel KernelFrom(KernelSet kernels);

    /// <summary>The rate of the update after so many: rounded once.</summary>
    /// <exception cref="InvalidOperationException">The factor of the schedule is not finite or less than 0, or the rate exceeds a float.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float RateAt(long step) => ReferenceEquals(Schedule, LearningRateSchedule.Constant) ? LearningRate : Rounded(ExactRateAt(step), step);

    /// <summary>All numbers of the update after so many, but for the norm.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="RateAt"/>.</exception>
    internal UpdateTerms TermsAt(long step)
    {
        double rate = ExactRateAt(step);
        RuleTerms<float> rule = RuleAt(step, out double divisor);
        return new UpdateTerms(
            -Rounded(rate / divisor, step), DecaysApart ? (float)(1 - rate * WeightDecay) : 1f, DecaysApart ? 0f : WeightDecay, ClipValue, Scale: 1f, rule);
    }

    /// <summary>The coefficients of the rule in the update after so many, and what it divides the rate by.</summary>
    private protected abstract RuleTerms<float> RuleAt(long step, out double divisor);

    private double ExactRateAt(long step) => LearningRate * Schedule.Factor(step);

    private float Rounded(double rate, long step)
    {
        float rounded = (float)rate;
        return float.IsFinite(rounded)
            ? rounded
            : throw new InvalidOperationException($"The learning rate of step {step} must be finite, but LearningRate {LearningRate} × Schedule is {rate}.");
    }
}
