using FastNN.Optimizers;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// The learning rate of each step, as a factor of <see cref="Optimizer.LearningRate"/>. Immutable, and safe on any number of threads; with
/// <see cref="From"/>, if the function is. Asking for a factor allocates nothing.
/// </summary>
/// <remarks>
/// Steps are counted from 0: the step is <see cref="OptimizerState.Steps"/> before the update. A factor of 0 is allowed. Such a step
/// changes the state of the optimizer, but no parameter. The factors are computed in double precision, by the same operations everywhere.
/// </remarks>
public sealed class LearningRateSchedule
{
    private readonly Func<long, double> _factor;
    private readonly FormattableString _text;

    private LearningRateSchedule(FormattableString text, Func<long, double> factor) => (_text, _factor) = (text, factor);

    /// <summary>A factor of 1 in every step.</summary>
    public static LearningRateSchedule Constant { get; } = new($"{nameof(Constant)}", _ => 1);

    /// <summary>
    /// factor^⌊step/every⌋: after each <paramref name="every"/> steps the rate is multiplied by <paramref name="factor"/> again. The same
    /// as torch.optim.lr_scheduler.StepLR.
    /// </summary>
    /// <param name="every">The number of steps with the same rate, at least 1.</param>
    /// <param name="factor">
    /// Finite and at least 0. If it is greater than 1, its powers become too large for a double in the end, and <see cref="Factor"/> then
    /// throws.
    /// </param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> or <paramref name="factor"/> is out of its range.</exception>
    public static LearningRateSchedule StepDecay(long every, double factor)
    {
        AtLeastOne(every, nameof(every));
        NotNegative(factor, nameof(factor));
        return new LearningRateSchedule($"{nameof(StepDecay)}({every}, {factor})", step => Power.Of(factor, step / every));
    }

    /// <summary>
    /// final + (1 − final)·(1 + cos(π·step/steps))/2: half a cosine from 1 in step 0 to <paramref name="final"/> in step
    /// <paramref name="steps"/>. It stays there. After Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017,
    /// without restarts.
    /// </summary>
    /// <param name="steps">The number of steps until <paramref name="final"/>, at least 1.</param>
    /// <param name="final">The last factor: finite and at least 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> or <paramref name="final"/> is out of its range.</exception>
    public static LearningRateSchedule Cosine(long steps, double final = 0)
    {
        AtLeastOne(steps, nameof(steps));
        NotNegative(final, nameof(final));
        return new LearningRateSchedule(
            $"{nameof(Cosine)}({steps}, {final})", step => step >= steps ? final : final + (1 - final) * RaisedCosine.Of(step, steps));
    }

    /// <summary>
    /// (step + 1)/steps in the first <paramref name="steps"/> steps: from 1/steps to 1. After them <paramref name="then"/>, whose steps are
    /// counted from 0.
    /// </summary>
    /// <param name="steps">The number of steps of the warm-up, at least 1.</param>
    /// <param name="then">The schedule after the warm-up.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is less than 1.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="then"/> is null.</exception>
    public static LearningRateSchedule WarmUp(long steps, LearningRateSchedule then)
    {
        AtLeastOne(steps, nameof(steps));
        ArgumentNullException.ThrowIfNull(then);
        return new LearningRateSchedule(
            $"{nameof(WarmUp)}({steps}, {then})", step => step < steps ? (step + 1) / (double)steps : then.Factor(step - steps));
    }

    /// <summary>A factor from a function.</summary>
    /// <param name="factor">
    /// The factor of a step, which is counted from 0: finite and at least 0. The function is called once in every step, on the caller's
    /// thread, before anything is changed. It is called once more for a step that a <see cref="Divergence"/> reports. At its end,
    /// <c>Fit</c> calls it once more for the last step, and for the steps before as long as it gives 0. Its exceptions go to the caller.
    /// </param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="factor"/> is null.</exception>
    public static LearningRateSchedule From(Func<long, double> factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        return new LearningRateSchedule($"{nameof(From)}(function)", factor);
    }

    /// <summary>The factor of the learning rate in a step: finite and at least 0.</summary>
    /// <param name="step">The step, at least 0.</param>
    /// <returns>The factor.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">
    /// The factor is not finite, or it is less than 0. The message names the factor and the step.
    /// </exception>
    public double Factor(long step)
    {
        if (step < 0) throw new ArgumentOutOfRangeException(nameof(step), step, $"step must be at least 0, but is {step}.");

        double factor = _factor(step);
        return factor >= 0 && double.IsFinite(factor)
            ? factor
            : throw new InvalidOperationException(
                "The factor of the learning rate must be finite and at least 0, "
                + Invariant($"but in step {step} the schedule gives {factor}."));
    }

    /// <summary>
    /// How the schedule was made, for example <c>WarmUp(100, Cosine(1000, 0.1))</c>. A schedule of <see cref="From"/> is
    /// <c>From(function)</c>.
    /// </summary>
    /// <returns>The text, the same in every culture.</returns>
    public override string ToString() => Invariant(_text);

    private static void AtLeastOne(long value, string name)
    {
        if (value < 1) throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1, but is {value}.");
    }

    private static void NotNegative(double value, string name)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, Invariant($"{name} must be finite and at least 0, but is {value}."));
    }
}
