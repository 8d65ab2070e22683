using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// The rule by which a <see cref="Trainer"/> turns the gradient into new parameters: <see cref="Sgd"/>, <see cref="Momentum"/>,
/// <see cref="Nesterov"/>, <see cref="RmsProp"/>, <see cref="Adam"/>, <see cref="AdamW"/>, <see cref="Lbfgs"/> or
/// <see cref="LevenbergMarquardt"/>. Code outside this library cannot derive from this class.
/// </summary>
/// <remarks>
/// <para>
/// An optimizer holds only settings. What it remembers from step to step is in <see cref="Trainer.OptimizerState"/>. So several trainers
/// may share one optimizer, also at the same time. A new <see cref="LearningRate"/> then holds for all of them. Do not set it while one of
/// them steps.
/// </para>
/// <para>
/// g is the gradient, w are the parameters, and t = 1, 2, … is the number of the update. A step does this, in this order (but a
/// <see cref="SecondOrderOptimizer"/> says itself what it does):
/// <code>
/// clip by value   g ← min(ClipValue, max(−ClipValue, g))
/// clip by norm    g ← g·ClipNorm/‖g‖                        if ‖g‖ = √Σ_k g_k² over all parameters is greater than ClipNorm
/// decay           g ← g + WeightDecay·w                     weights only; AdamW: w ← w − r·WeightDecay·w
/// rate            r = LearningRate·Schedule.Factor(t − 1)
/// rule            w ← w − r·d, d the direction of the optimizer
/// </code>
/// Coefficients are computed in double precision once in a step, and rounded to float once. Divisions and square roots are those of IEEE
/// 754.
/// </para>
/// <para>
/// Rules and defaults are those of PyTorch's torch.optim, with three differences. Biases do not decay. The factor of the norm is
/// ClipNorm/‖g‖; in torch.nn.utils.clip_grad_norm_ it is max_norm/(‖g‖ + 10⁻⁶). A norm that is NaN clips nothing.
/// </para>
/// <para>
/// A state never becomes a subnormal number, less than 2⁻¹²⁶ ≈ 10⁻³⁸. Subnormal numbers would make steps slower and slower as training
/// converges: steps of Adam on one sample took up to 5 times as long after some thousand steps. A first moment or a velocity becomes 0
/// instead. A step adds 2⁻¹²⁶ to a mean of squares. The root of what this adds up to, 3·10⁻¹⁸ with the defaults of Adam, is nothing beside
/// ε.
/// </para>
/// </remarks>
public abstract class Optimizer
{
    private float _learningRate;
    private float _weightDecay;

    private protected Optimizer(float learningRate) => LearningRate = learningRate;

    /// <summary>
    /// The factor of the gradient in a step: finite and greater than 0. You may change it between steps. A
    /// <see cref="SecondOrderOptimizer"/> says what it is there.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and greater than 0.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = Guard.LearningRate(value);
    }

    /// <summary>
    /// λ, how strongly weights are drawn to 0. Biases are not. Finite and at least 0; by default 0 (none), for <see cref="AdamW"/> 0.01.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and at least 0.</exception>
    public float WeightDecay
    {
        get => _weightDecay;
        init => _weightDecay = Guard.NotNegative(value, nameof(WeightDecay));
    }

    /// <summary>
    /// The limit of each component of the gradient, in both directions: greater than 0; by default +∞ (no limit). NaN stays NaN.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not greater than 0.</exception>
    public float ClipValue
    {
        get;
        init => field = Guard.Limit(value, nameof(ClipValue));
    } = float.PositiveInfinity;

    /// <summary>
    /// The limit of the Euclidean norm of the gradient over all parameters, up to rounding. A gradient with a greater norm is scaled down.
    /// Greater than 0; by default +∞ (no limit). It is applied after <see cref="ClipValue"/> and before <see cref="WeightDecay"/>, and
    /// takes one more pass over the gradient.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not greater than 0.</exception>
    public float ClipNorm
    {
        get;
        init => field = Guard.Limit(value, nameof(ClipNorm));
    } = float.PositiveInfinity;

    /// <summary>The factor of <see cref="LearningRate"/> in each step; by default <see cref="LearningRateSchedule.Constant"/>.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public LearningRateSchedule Schedule
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Schedule));
    } = LearningRateSchedule.Constant;

    /// <summary>
    /// The kind, the learning rate, all numbers that are not the defaults, and the schedule if it is not constant. For example
    /// <c>Adam(0.001, ClipNorm 1, Cosine(1000, 0.1))</c>.
    /// </summary>
    /// <returns>The text, the same in every culture.</returns>
    public override string ToString()
    {
        string text = Invariant($"{Kind}({LearningRate}");
        foreach ((string name, float value) in Settings.Except(WithDefaults().Settings))
            text += Invariant($", {name} {value}");
        return Schedule == LearningRateSchedule.Constant ? $"{text})" : $"{text}, {Schedule})";
    }

    /// <summary>A copy with another learning rate and another decay.</summary>
    internal Optimizer With(float learningRate, float weightDecay)
    {
        var copy = (Optimizer)MemberwiseClone();
        copy.LearningRate = learningRate;
        copy._weightDecay = Guard.NotNegative(weightDecay, nameof(WeightDecay));
        return copy;
    }

    /// <summary>The name of the class.</summary>
    internal abstract string Kind { get; }

    /// <summary>An optimizer of this kind whose numbers are the defaults.</summary>
    private protected abstract Optimizer WithDefaults();

    /// <summary>All numbers of the optimizer except the learning rate, which may change.</summary>
    internal IReadOnlyList<(string Name, float Value)> Settings =>
        [.. RuleSettings, (nameof(WeightDecay), WeightDecay), (nameof(ClipValue), ClipValue), (nameof(ClipNorm), ClipNorm)];

    /// <summary>The numbers of the rule.</summary>
    private protected virtual IReadOnlyList<(string Name, float Value)> RuleSettings => [];

    /// <summary>The names of what the optimizer keeps for each parameter, in the order of the rule's states.</summary>
    internal virtual IReadOnlyList<string> StateNames => [];

    /// <summary>Whether the decay acts on the weights themselves, and not through the gradient.</summary>
    private protected virtual bool DecaysApart => false;

    internal abstract UpdateKernel KernelFrom(KernelSet kernels);

    /// <summary>The rate of an update, rounded once.</summary>
    /// <exception cref="InvalidOperationException">
    /// The factor of the schedule is not finite or less than 0, or the rate is too large for a float.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float RateAt(long step) => RateAt(step, LearningRate);

    /// <summary>The same with another learning rate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float RateAt(long step, float learningRate) => ReferenceEquals(Schedule, LearningRateSchedule.Constant)
        ? learningRate
        : Rounded(learningRate * Schedule.Factor(step), step, learningRate);

    /// <summary>All numbers of an update, except the factor of the norm.</summary>
    /// <exception cref="InvalidOperationException">The same as for <see cref="RateAt"/>.</exception>
    internal UpdateTerms TermsAt(long step) => TermsOf(NumbersAt(step), LearningRate, WeightDecay);

    /// <summary>The numbers of an update that depend on no learning rate and no decay.</summary>
    internal StepNumbers NumbersAt(long step)
    {
        RuleTerms<float> rule = RuleAt(step, out double divisor);
        return new StepNumbers(step, Schedule.Factor(step), divisor, rule);
    }

    /// <summary>The numbers of an update with another learning rate and another decay, as a member of an ensemble may have them.</summary>
    /// <exception cref="InvalidOperationException">The same as for <see cref="RateAt"/>.</exception>
    internal UpdateTerms TermsOf(in StepNumbers numbers, float learningRate, float weightDecay)
    {
        double rate = learningRate * numbers.Factor;
        return new UpdateTerms(
            -Rounded(rate / numbers.Divisor, numbers.Step, learningRate),
            DecaysApart ? (float)(1 - rate * weightDecay) : 1f,
            DecaysApart ? 0f : weightDecay,
            ClipValue,
            Scale: 1f,
            numbers.Rule);
    }

    /// <summary>The coefficients of the rule in an update, and the divisor of the rate.</summary>
    private protected abstract RuleTerms<float> RuleAt(long step, out double divisor);

    private static float Rounded(double rate, long step, float learningRate)
    {
        float rounded = (float)rate;
        return float.IsFinite(rounded)
            ? rounded
            : throw new InvalidOperationException(
                Invariant($"The learning rate of step {step} must be finite, but LearningRate {learningRate} × Schedule is {rate}."));
    }
}
