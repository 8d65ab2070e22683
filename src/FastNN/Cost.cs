using System.Numerics;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN;

/// <summary>
/// The cost that training reduces: a number C from the outputs a of one sample and its targets y. Each cost is in one file. The file holds
/// its formula, the targets that it allows, and the activations that it suits. <see cref="All"/> lists all costs. A cost is immutable, and
/// each is one object, so compare costs by reference.
/// </summary>
public abstract partial class Cost
{
    // As in Activation: filled on one thread while the costs are created, and afterwards only read. It has no initialiser, because that
    // could run too late.
    private static List<Cost>? s_all;

    private protected Cost(string name)
    {
        Name = name;
        s_all ??= [];
        Index = s_all.Count;
        s_all.Add(this);
    }

    /// <summary>All costs, in the order of their names.</summary>
    public static IReadOnlyList<Cost> All => Sorted.All;

    /// <summary>The name of the property that returns this cost. Checkpoints hold this name.</summary>
    public string Name { get; }

    /// <summary>The least target that this cost allows; <see cref="float.MinValue"/> if it allows every finite number.</summary>
    public abstract float LeastTarget { get; }

    /// <summary>The largest target that this cost allows; <see cref="float.MaxValue"/> if it allows every finite number.</summary>
    public abstract float MostTarget { get; }

    /// <summary>Whether the targets of a sample must add up to 1.</summary>
    public abstract bool TargetsSumToOne { get; }

    /// <summary>
    /// Whether each output is a label by itself, for <see cref="Metrics.Accuracy"/>. If not, a sample has one label under a cost with
    /// <see cref="TargetsSumToOne"/>. Under other costs the targets show whether they are labels.
    /// </summary>
    public abstract bool OutputsAreLabels { get; }

    /// <summary>Whether this can be the cost of a network whose last layer has this activation.</summary>
    /// <param name="last">The activation of the last layer.</param>
    /// <returns>True if a <see cref="Trainer"/> accepts the two together.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="last"/> is null.</exception>
    public bool Suits(Activation last)
    {
        ArgumentNullException.ThrowIfNull(last);
        return Accepts(last);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The number of this cost among all costs.</summary>
    internal int Index { get; }

    /// <summary>The kernels that end a pass in this cost. <see cref="ActivationKernels.Under"/> keeps them.</summary>
    internal abstract OutputKernels CreateKernels(ActivationKernels last);

    /// <summary>
    /// Roughly the cost of a sample if all outputs are 0, or all sums z if the cost is computed from these. A network that has learned
    /// anything is better. It is no number of the contract.
    /// </summary>
    internal abstract float OfZeros(ReadOnlySpan<float> targets);

    private protected abstract bool Accepts(Activation last);

    /// <summary>Initialised at the first use. All costs exist by then.</summary>
    private static class Sorted
    {
        internal static IReadOnlyList<Cost> All { get; } = [.. s_all!.OrderBy(cost => cost.Name, StringComparer.Ordinal)];
    }

    /// <summary>A cost that is a sum over the outputs, C = Σ_i c(a_i, y_i). It never needs targets that add up to 1.</summary>
    private abstract class Elementwise<C>(string name, C cost) : Cost(name)
        where C : struct, ICost
    {
        public override float LeastTarget => cost.LeastTarget;

        public override float MostTarget => cost.MostTarget;

        public override bool TargetsSumToOne => false;

        public override bool OutputsAreLabels => cost.OutputsAreLabels;

        private protected C Function => cost;

        internal override float OfZeros(ReadOnlySpan<float> targets)
        {
            float sum = 0f;
            foreach (float target in targets) sum += cost.Factors(0f, target, out float other) * other;
            return sum;
        }

        private protected override bool Accepts(Activation last) => cost.Suits(last);
    }

    /// <summary>A cost that is computed from the outputs.</summary>
    private sealed class OfOutputs<C>(string name, C cost) : Elementwise<C>(name, cost)
        where C : struct, ICost
    {
        internal override OutputKernels CreateKernels(ActivationKernels last) => last.UnderOutputs(Function);
    }

    /// <summary>
    /// A cost that is computed from the sums z, with a = f(z) of the one activation that it suits. c is a function of z and y.
    /// </summary>
    private sealed class OfSums<C>(string name, C cost) : Elementwise<C>(name, cost)
        where C : struct, ICost
    {
        internal override OutputKernels CreateKernels(ActivationKernels last) => last.UnderSums(Function);
    }

    /// <summary>A cost that is computed from all sums of a softmax together.</summary>
    private abstract class OfSoftmax(string name) : Cost(name)
    {
        internal sealed override OutputKernels CreateKernels(ActivationKernels last) => last.UnderSoftmaxSums();

        /// <summary>ln n, rounded up to whole bits.</summary>
        internal sealed override float OfZeros(ReadOnlySpan<float> targets) => 1f + BitOperations.Log2((uint)targets.Length);

        private protected sealed override bool Accepts(Activation last) => last == Activation.Softmax;
    }
}
