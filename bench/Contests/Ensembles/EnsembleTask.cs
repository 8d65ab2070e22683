using FastNN.Bench.Machine;

namespace FastNN.Bench.Ensembles;

/// <summary>A call for all members, each with samples of its own. All layers are sigmoids.</summary>
/// <param name="Widths">Of each member.</param>
/// <param name="Members">How many there are.</param>
/// <param name="Batch">Samples of each member.</param>
/// <param name="Pass">What is done.</param>
internal sealed record EnsembleTask(int[] Widths, int Members, int Batch, MemberPass Pass)
{
    internal static Activation Activation => Activation.Sigmoid;

    /// <summary>The widths alone.</summary>
    internal string Size => string.Join('-', Widths);

    /// <summary>Samples in a call.</summary>
    internal long Samples => (long)Members * Batch;

    /// <param name="root">How many divisions take as long as a square root.</param>
    internal Work Work(double root) => Machine.Work.OfMembers(Widths, Batch, Members, Pass, Activation, root);

    internal NetworkEnsemble CreateEnsemble() => new(Widths, Activation, Activation, Members, seed: 1);

    /// <summary>The members alone: the same parameters.</summary>
    internal Network[] CreateNetworks() =>
        [.. Enumerable.Range(0, Members).Select(i => new Network(Widths, Activation, Activation, seed: 1 + i))];

    public override string ToString() => $"{Members} × {Size} × {Batch} {Pass}";
}
