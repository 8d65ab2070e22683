using FastNN.Dispatch;
using FastNN.Optimizers;
using FastNN.Passes;
using static System.FormattableString;

namespace FastNN;

/// <content>Steps that evaluate the cost several times.</content>
public sealed unsafe partial class Trainer
{
    private readonly Minimizer? _minimizer; // null for optimizers that make an update from a gradient
    private readonly Objective? _objective;
    private TrainingPasses? _own, _ownWeighted; // in the network's own units, if there is an output standardizer
    private WeightedOutput? _ownWeights;
    private bool _continues; // during a step of Fit: see Iterate
    private bool _converged; // whether the last iteration found no step

    /// <exception cref="ArgumentException">
    /// A second-order optimizer has settings that it cannot use, or cannot train the network or reduce the cost.
    /// </exception>
    private static void CheckSearches(SecondOrderOptimizer optimizer, Network network, Cost cost)
    {
        optimizer.Check(network, cost);
        bool schedules = optimizer.Schedule != LearningRateSchedule.Constant;
        bool clipsValue = !float.IsPositiveInfinity(optimizer.ClipValue), clipsNorm = !float.IsPositiveInfinity(optimizer.ClipNorm);
        if (!schedules && !clipsValue && !clipsNorm) return;

        string has = schedules ? $"{nameof(optimizer.Schedule)} {optimizer.Schedule}"
            : clipsValue ? Invariant($"{nameof(optimizer.ClipValue)} {optimizer.ClipValue}")
            : Invariant($"{nameof(optimizer.ClipNorm)} {optimizer.ClipNorm}");
        throw new ArgumentException(
            $"optimizer {optimizer.Kind} must have a constant schedule and no clips, because it searches how long a step is, "
            + $"but has {has}.",
            nameof(optimizer));
    }

    /// <summary>
    /// One iteration of a second-order optimizer, unless training ends at the cost before it. It counts if it found a step.
    /// </summary>
    /// <param name="batch">The samples.</param>
    /// <param name="goal">The cost at which training ends.</param>
    /// <param name="continues">
    /// Whether the iteration before had the same samples and weights, and nobody could change them or the parameters since.
    /// </param>
    /// <param name="cancellation">Checked between parts of the work.</param>
    /// <returns>The cost before the iteration, in the user's units.</returns>
    private float Iterate(in PassBatch batch, in CostGoal goal, bool continues, CancellationToken cancellation)
    {
        _converged = false;
        float? inUserUnits = _outputStandardizer == null ? null : CostOf(in batch);
        if (inUserUnits is { } ends && goal.EndsAt(ends)) return ends;

        using TrainingBatch.Ticket ticket = _pass.TakeTicket();
        _objective!.Begin(batch.Under(OwnUnits(batch.Passes)), cancellation);
        double own = _minimizer!.Start(_objective, continues);
        float cost = inUserUnits ?? (float)own;
        if (goal.EndsAt(cost)) return cost;

        if (_minimizer.Iterate(_objective)) OptimizerState.Advance();
        else _converged = _minimizer.StartIsFinite;
        return cost;
    }

    private TrainingResult MinimizeUntil(
        in CostGoal goal, float* x, float* y, int batch, int maxSteps, CancellationToken cancellation)
    {
        PassBatch samples = Unweighted(x, y, batch);
        for (int steps = 0; ; steps++)
        {
            bool mayStep = steps < maxSteps && !cancellation.IsCancellationRequested;
            float reached = mayStep ? Iterate(in samples, in goal, continues: steps > 0, cancellation) : CostOf(in samples);
            GC.KeepAlive(this);
            if (goal.EndsAt(reached) || steps == maxSteps || (mayStep && _converged))
                return new TrainingResult(steps, reached, reached <= goal.Most);
            if (!mayStep) cancellation.ThrowIfCancellationRequested();
        }
    }

    private PassBatch Unweighted(float* x, float* y, int batch) =>
        new(Passes, x, y, batch, Scale(batch), Reduction == Reduction.Mean ? batch : 1);

    /// <summary>The same passes, but their cost is that of the network's own units, to which the gradient belongs.</summary>
    private TrainingPasses OwnUnits(TrainingPasses passes)
    {
        if (_outputStandardizer == null) return passes;

        NetworkPlan plan = _network.Plan;
        if (!ReferenceEquals(passes, _weighted)) return _own ??= plan.Forward.Under(OwnOutput());

        if (_ownWeighted == null)
        {
            _ownWeights = plan.Functions[^1].UnderWeights(OwnOutput(), plan.Outputs);
            _ownWeighted = plan.Forward.Under(_ownWeights);
        }

        _ownWeights!.BeginAs(_weights!);
        return _ownWeighted;

        OwnUnitsOutput OwnOutput() => new(plan.Functions[^1].Under(Cost), plan.Kernels.Standardizing, _outputStandardizer);
    }
}
