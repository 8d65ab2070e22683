using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Passes;
using static System.FormattableString;

namespace FastNN;

/// <content>Steps until a cost is reached.</content>
public sealed unsafe partial class Trainer
{
    /// <summary>
    /// Repeats <see cref="Step"/> on the same samples until their cost is small enough, or until a number of steps. It also ends if the
    /// cost is not finite, because then nothing more can be learned. Each round knows the cost before it updates, so training ends at the
    /// first parameters with a cost that is small enough. A round takes no longer than a step. A <see cref="SecondOrderOptimizer"/> also
    /// ends if it finds no lower objective.
    /// </summary>
    /// <remarks>A round asks the optimizer's schedule for its factor, also the last round, which makes no update.</remarks>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="cost">The cost to reach, at least 0.</param>
    /// <param name="maxSteps">The most updates to make, at least 0.</param>
    /// <param name="cancellationToken">Ends the training with an exception, after the last whole step.</param>
    /// <returns>The number of updates, and the cost that they led to.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="cost"/> is negative or NaN, or <paramref name="maxSteps"/> is negative.
    /// </exception>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The same as for <see cref="Step"/>.</exception>
    public TrainingResult TrainUntil(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, float cost, int maxSteps, CancellationToken cancellationToken = default)
    {
        if (!(cost >= 0)) throw new ArgumentOutOfRangeException(nameof(cost), cost, Invariant($"cost must be at least 0, but is {cost}."));
        ArgumentOutOfRangeException.ThrowIfNegative(maxSteps);
        int batch = Validate(inputs, targets);
        var goal = new CostGoal(cost, Reduction == Reduction.Mean ? batch : 1);
        fixed (float* given = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            float* x = InOwnUnits(given, batch);
            if (_minimizer != null) return MinimizeUntil(in goal, x, y, batch, maxSteps, cancellationToken);

            for (int steps = 0; ; steps++)
            {
                bool mayStep = steps < maxSteps && !cancellationToken.IsCancellationRequested;
                float reached = mayStep ? StepUnless(in goal, x, y, batch, cancellationToken) : CostOf(x, y, batch);
                GC.KeepAlive(this);
                if (goal.EndsAt(reached) || steps == maxSteps) return new TrainingResult(steps, reached, reached <= cost);
                if (!mayStep) cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>A step, but without the update if training ends at the cost. Such a step does not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float StepUnless(in CostGoal goal, float* x, float* y, int batch, CancellationToken cancellationToken)
    {
        float cost;
        if (!_descends)
        {
            cost = StepByUpdater(_updater, x, y, batch, in goal, cancellationToken);
        }
        else
        {
            float rate = -_optimizer.RateAt(OptimizerState.Steps);
            float* parameters = _network.Buffer.Pointer;
            cost = rate == 0f ? CostOf(x, y, batch)
                : batch == 1 ? Passes.StepUnless(in goal, parameters, x, y, _activations.Pointer, _deltas.Pointer, rate)
                : StepBatch(x, y, batch, rate, in goal, cancellationToken);
            if (!goal.EndsAt(cost)) OptimizerState.Advance();
        }

        return cost;
    }
}
