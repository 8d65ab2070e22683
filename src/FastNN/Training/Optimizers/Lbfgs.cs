using FastNN.Optimizers;

namespace FastNN;

/// <summary>
/// L-BFGS, the quasi-Newton method with limited memory. The direction is that of algorithm 7.4 of Nocedal and Wright, "Numerical
/// Optimization", 2nd edition, 2006, from the last pairs of a step s and the change y of the gradient along it. How far to go is found by
/// the strong Wolfe line search of algorithms 3.5 and 3.6 with c₁ = 10⁻⁴ and c₂ = 0.9. <see cref="SecondOrderOptimizer"/> says what a step
/// is.
/// </summary>
/// <remarks>
/// <para>
/// States: "step 1" to "step m", s, and "gradient change 1" to "gradient change m", y. The pair of update t = 0, 1, 2, … is in the numbers
/// t mod m + 1. A slot of zeros is empty.
/// </para>
/// <para>
/// <see cref="Optimizer.LearningRate"/> is the first trial of the search: 1, the default, is the quasi-Newton step. Without pairs the
/// direction is that of the gradient, and the first trial is min(1, 1/‖g‖₁) times the rate. A search evaluates the cost at most 20 times,
/// and nearly always once. If a search finds no lower objective, the pairs are dropped, and the gradient is tried. If this fails too,
/// nothing has changed: the network has converged as far as floats can tell.
/// </para>
/// <para>
/// Costs of samples have rounding errors, and near the end a step lowers the cost by less. So a step may raise the objective by up to
/// 2⁻¹⁰ of itself, if the slopes at both ends of the step promise that it is lower by at least 2⁻²².
/// </para>
/// <para>
/// Inside <see cref="Trainer.Fit"/> and <see cref="Trainer.TrainUntil"/> an iteration begins with the last evaluation of the one before.
/// But after code of yours has run (<see cref="FitOptions.EpochDone"/>, or an <see cref="ISampleSource"/>) and in each
/// <see cref="Trainer.Step"/>, it evaluates the cost once more, with the same bits. With a <see cref="Network.OutputStandardizer"/> each
/// iteration also takes one forward pass for the cost in the user's units.
/// </para>
/// <para>Memory: the trainer has 2·m floats for each parameter in the state, and 5 more for the search.</para>
/// </remarks>
public sealed class Lbfgs : SecondOrderOptimizer
{
    private const int MostMemory = 1000;

    /// <summary>Creates the optimizer, with a learning rate of 1.</summary>
    /// <param name="memory">m, the number of pairs to remember, from 1 to 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="memory"/> is outside its range.</exception>
    public Lbfgs(int memory = 10)
        : base(1f)
    {
        Memory = memory is >= 1 and <= MostMemory
            ? memory
            : throw new ArgumentOutOfRangeException(
                nameof(memory), memory, $"memory must be at least 1 and at most {MostMemory}, but is {memory}.");
        StateNames =
        [
            .. Enumerable.Range(1, memory).Select(slot => $"step {slot}"),
            .. Enumerable.Range(1, memory).Select(slot => $"gradient change {slot}"),
        ];
    }

    /// <summary>m, the number of pairs to remember.</summary>
    public int Memory { get; }

    internal override string Kind => nameof(Lbfgs);

    private protected override Optimizer WithDefaults() => new Lbfgs();

    internal override IReadOnlyList<string> StateNames { get; }

    private protected override IReadOnlyList<(string Name, float Value)> RuleSettings => [(nameof(Memory), Memory)];

    internal override unsafe Minimizer MinimizerOf(Network network, OptimizerState state, int threads) =>
        new LbfgsMinimizer(this, network.Plan, network.Buffer.Pointer, state);
}
