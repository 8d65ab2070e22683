using System.Diagnostics;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Optimizers;

namespace FastNN;

/// <summary>
/// An optimizer that uses the curvature of the cost, and evaluates the cost of the same samples several times in a step:
/// <see cref="Lbfgs"/> or <see cref="LevenbergMarquardt"/>. It is for small networks, smooth costs and smooth activations. There it needs
/// some hundred steps for a cost that others reach after many thousand epochs.
/// </summary>
/// <remarks>
/// <para>
/// A step is an iteration: it evaluates the cost and its derivatives at the present parameters, and the cost at trial points, and stays at
/// one with a lower objective (<see cref="Lbfgs"/> has an exception near the end). While it searches, the trial points are in
/// <see cref="Network.Parameters"/>. If a step throws, for example because it was cancelled, the parameters and the state are those before
/// it. If the cost or its gradient is not finite, a step changes nothing.
/// </para>
/// <para>
/// The objective is F = C + λ/2·Σ w² with the cost C as the trainer reduces it, and the sum over all weights, without biases. λ is
/// <see cref="Optimizer.WeightDecay"/>. With a <see cref="Network.OutputStandardizer"/> C is here the cost in the network's own units. What
/// a trainer returns is still the cost in the user's units, without λ.
/// </para>
/// <para>
/// The steps must see the same samples, so Fit takes all training samples in each step: an epoch is one iteration, and
/// <see cref="FitOptions.BatchSize"/> is not used. If an iteration finds no lower objective, nothing has changed, and Fit ends with
/// <see cref="StopReason.Converged"/>. <see cref="Trainer.TrainUntil"/> ends, too, after fewer steps than it may take.
/// <see cref="Trainer.Step"/> returns the cost, and does not count it in <see cref="OptimizerState.Steps"/>.
/// </para>
/// <para>
/// <see cref="Trainer.Apply"/> throws, because one gradient is not enough. A trainer refuses this optimizer with a
/// <see cref="Optimizer.Schedule"/>, a <see cref="Optimizer.ClipValue"/> or a <see cref="Optimizer.ClipNorm"/>: the search decides how long
/// a step is.
/// </para>
/// </remarks>
public abstract class SecondOrderOptimizer : Optimizer
{
    private protected SecondOrderOptimizer(float learningRate)
        : base(learningRate)
    {
    }

    /// <exception cref="ArgumentException">The optimizer cannot train the network, or not under the cost.</exception>
    internal virtual void Check(Network network, Cost cost)
    {
    }

    /// <summary>What the optimizer does in one trainer.</summary>
    /// <param name="network">The network.</param>
    /// <param name="state">The state, which only this trainer has.</param>
    /// <param name="threads">The most threads that work on a batch.</param>
    internal abstract Minimizer MinimizerOf(Network network, OptimizerState state, int threads);

    internal sealed override UpdateKernel KernelFrom(KernelSet kernels) => throw new UnreachableException();

    private protected sealed override RuleTerms<float> RuleAt(long step, out double divisor) => throw new UnreachableException();
}
