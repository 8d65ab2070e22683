namespace FastNN.Optimizers;

/// <summary>
/// What a <see cref="SecondOrderOptimizer"/> does in one trainer, and the memory for it. An iteration is <see cref="Start"/> and then
/// <see cref="Iterate"/>.
/// </summary>
internal abstract class Minimizer
{
    /// <summary>
    /// Evaluates the objective at the present parameters. If they are those that the last iteration has left, and the objective is the
    /// same, its last evaluation will do: the bits are the same.
    /// </summary>
    /// <returns>The cost, reduced, without decay and in the network's own units.</returns>
    internal abstract double Start(Objective objective, bool continues);

    /// <summary>Whether the objective and its gradient are finite at the start.</summary>
    internal abstract bool StartIsFinite { get; }

    /// <summary>
    /// Moves the parameters to a lower objective, and keeps in the state what the next iteration needs. If it finds none or throws, the
    /// parameters and the state are as before.
    /// </summary>
    /// <returns>Whether it found one.</returns>
    internal abstract bool Iterate(Objective objective);
}
