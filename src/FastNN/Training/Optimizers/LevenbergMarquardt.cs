using FastNN.Optimizers;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// The method of Levenberg and Marquardt for least squares. A step solves a linear system with JᵀJ, where J are the derivatives of all
/// outputs of all samples by the parameters. It takes the fewest steps of all optimizers, and the most time and memory for each. So it is
/// for networks of up to some thousand parameters under <see cref="Cost.SquaredError"/>. <see cref="SecondOrderOptimizer"/> says what a
/// step is.
/// </summary>
/// <remarks>
/// <para>
/// r are the residuals a − y in the network's own units, times √weight, and J [samples·outputs, parameters] are their derivatives. The
/// objective is F = ½·s·Σ r² + λ/2·Σ w², where s is 2 divided by the number of samples under <see cref="Reduction.Mean"/>, or 2. A step d
/// solves, with A = JᵀJ + (λ/s)·I_weights and g = Jᵀr + (λ/s)·w:
/// <code>
/// (A + μ·I)·d = −g
/// promise = s·(½·dᵀ(μ·d − g)),   ρ = (F(w) − F(w + d)) / promise
/// F is lower:  w ← w + d,   μ ← μ·max(⅓, 1 − (2ρ − 1)³)
/// otherwise:   μ ← μ·ν,   ν ← 2·ν,   and again with the same J;   ν is 2 at first
/// </code>
/// This is the rule of H. B. Nielsen, "Damping parameter in Marquardt's method", 1999. M. T. Hagan and M. B. Menhaj, "Training feedforward
/// networks with the Marquardt algorithm", 1994, show it for networks. A system that is not positive definite counts like a higher F, and
/// so does an F that is not finite.
/// </para>
/// <para>
/// State: "damping", μ, the same number for each parameter; 0 before the first step, which begins with <see cref="Damping"/> times the
/// largest A_kk. μ is never less than 2⁻²⁴ times the largest A_kk. <see cref="Optimizer.LearningRate"/> is the factor of d in a trial, by
/// default 1.
/// </para>
/// <para>
/// The network has converged when the promise is less than 2⁻²² of F, or the step changes no parameter: a lower F would be rounding.
/// </para>
/// <para>
/// Time: for P parameters and R = samples·outputs, a step takes R·P²/2 fused multiply-adds for JᵀJ, P³/6 in double precision for each
/// trial, R backward passes, and a forward pass for each trial. Nearly always the first trial is taken.
/// </para>
/// <para>
/// Memory: 8·P² bytes for JᵀJ and 4·P² for its factor, so 108 MB for 3,000 parameters, and 1,024·(P + 1) floats for some rows of J, fewer
/// if there are fewer rows. A step allocates it when it first needs it. A trainer refuses networks of more than 4,096 parameters: use
/// <see cref="Lbfgs"/>.
/// </para>
/// </remarks>
public sealed class LevenbergMarquardt : SecondOrderOptimizer
{
    private const int MostParameters = 4096;

    /// <summary>Creates the optimizer, with a learning rate of 1.</summary>
    /// <param name="damping">
    /// The first μ, as a part of the largest A_kk: finite and greater than 0. Less is bolder. The method finds the right size by itself,
    /// unless the first steps are too short to lower the cost.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="damping"/> is not finite and greater than 0.</exception>
    public LevenbergMarquardt(float damping = 1e-3f)
        : base(1f) => Damping = Guard.Positive(damping, nameof(damping));

    /// <summary>The first μ, as a part of the largest A_kk.</summary>
    public float Damping { get; }

    internal override string Kind => nameof(LevenbergMarquardt);

    private protected override Optimizer WithDefaults() => new LevenbergMarquardt();

    internal override IReadOnlyList<string> StateNames => ["damping"];

    private protected override IReadOnlyList<(string Name, float Value)> RuleSettings => [(nameof(Damping), Damping)];

    internal override void Check(Network network, Cost cost)
    {
        if (cost != Cost.SquaredError)
        {
            throw new ArgumentException(
                $"cost must be {Cost.SquaredError} for {Kind}, which reduces squares, but is {cost}. "
                + $"Use {nameof(Lbfgs)} or {nameof(Adam)} for it.",
                nameof(cost));
        }

        int parameters = network.Parameters.Length;
        if (parameters <= MostParameters) return;

        throw new ArgumentException(
            Invariant($"network must have at most {MostParameters} parameters for {Kind}, which takes 12 bytes for each pair of them, ")
            + Invariant($"but has {parameters}, which would take {12L * parameters * parameters / 1_000_000} MB. ")
            + $"Use {nameof(Lbfgs)} for it.",
            nameof(network));
    }

    internal override Minimizer MinimizerOf(Network network, OptimizerState state, int threads) =>
        new LevenbergMarquardtMinimizer(this, network, state, threads);
}
