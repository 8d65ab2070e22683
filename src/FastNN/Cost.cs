using System.Numerics;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN;

/// <summary>
/// The cost that training reduces: a number C from the outputs a of one sample and its targets y. Each cost is in one file. The file holds
/// its formula, the targets that it allows, and the activations that it suits. <see cref="All"/> lists those without parameters. A cost is
/// immutable. Two costs are equal if they are the same function with the same parameters.
/// </summary>
public abstract partial class Cost : IEquatable<Cost>
{
    private const int None = -1;

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

    private protected Cost(string method, float[] arguments)
    {
        Name = Activation.NameOf(method, arguments);
        Arguments = Array.AsReadOnly(arguments);
        Index = None;
    }

    /// <summary>All costs without parameters, in the order of their names.</summary>
    public static IReadOnlyList<Cost> All => Sorted.All;

    /// <summary>
    /// The name of the property that returns this cost. Or the name of the method with its arguments, as in "Huber(0.5)". Checkpoints hold
    /// this name.
    /// </summary>
    public string Name { get; }

    /// <summary>The parameters, in the order of the method that returns this cost. Empty if a property returns it.</summary>
    public IReadOnlyList<float> Arguments { get; } = [];

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

    /// <summary>Whether both are the same function with the same parameters.</summary>
    /// <param name="left">A cost or null.</param>
    /// <param name="right">A cost or null.</param>
    /// <returns>True also if both are null.</returns>
    public static bool operator ==(Cost? left, Cost? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the two differ as functions or in a parameter.</summary>
    /// <param name="left">A cost or null.</param>
    /// <param name="right">A cost or null.</param>
    /// <returns>False also if both are null.</returns>
    public static bool operator !=(Cost? left, Cost? right) => !(left == right);

    /// <summary>Whether the other is the same function with the same parameters.</summary>
    /// <param name="other">A cost or null.</param>
    /// <returns>False for null.</returns>
    public bool Equals(Cost? other) => ReferenceEquals(this, other) || (other is not null && Name == other.Name);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Cost);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The number of this cost among all costs without parameters; −1 with parameters.</summary>
    internal int Index { get; }

    /// <summary>
    /// The kernels that end a pass in this cost. <see cref="ActivationKernels.Under"/> keeps those of a cost without parameters.
    /// </summary>
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
    private abstract class Elementwise<C> : Cost
        where C : struct, ICost
    {
        private readonly C _cost;

        private protected Elementwise(string property, C cost)
            : base(property) => _cost = cost;

        private protected Elementwise(string method, C cost, float[] arguments)
            : base(method, arguments) => _cost = cost;

        public override float LeastTarget => _cost.LeastTarget;

        public override float MostTarget => _cost.MostTarget;

        public override bool TargetsSumToOne => false;

        public override bool OutputsAreLabels => _cost.OutputsAreLabels;

        private protected C Function => _cost;

        internal override float OfZeros(ReadOnlySpan<float> targets)
        {
            float sum = 0f;
            foreach (float target in targets) sum += _cost.Factors(0f, target, out float other) * other;
            return sum;
        }

        private protected override bool Accepts(Activation last) => _cost.Suits(last);
    }

    /// <summary>A cost that is computed from the outputs.</summary>
    private sealed class OfOutputs<C> : Elementwise<C>
        where C : struct, ICost
    {
        internal OfOutputs(string property, C cost)
            : base(property, cost)
        {
        }

        internal OfOutputs(string method, C cost, params float[] arguments)
            : base(method, cost, arguments)
        {
        }

        internal override OutputKernels CreateKernels(ActivationKernels last) => last.UnderOutputs(Function);
    }

    /// <summary>
    /// A cost that is computed from the sums z, with a = f(z) of the one activation that it suits. c is a function of z and y.
    /// </summary>
    private sealed class OfSums<C> : Elementwise<C>
        where C : struct, ICost
    {
        internal OfSums(string property, C cost)
            : base(property, cost)
        {
        }

        internal OfSums(string method, C cost, params float[] arguments)
            : base(method, cost, arguments)
        {
        }

        internal override OutputKernels CreateKernels(ActivationKernels last) => last.UnderSums(Function);
    }

    /// <summary>A cross-entropy that is computed from all sums of a softmax together.</summary>
    private abstract class OfSoftmax : Cost
    {
        private readonly float _smoothing;

        private protected OfSoftmax(string property)
            : base(property)
        {
        }

        private protected OfSoftmax(string method, float smoothing)
            : base(method, [smoothing]) => _smoothing = smoothing;

        internal sealed override OutputKernels CreateKernels(ActivationKernels last) => last.UnderSoftmaxSums(_smoothing);

        /// <summary>ln n, rounded up to whole bits.</summary>
        internal sealed override float OfZeros(ReadOnlySpan<float> targets) => 1f + BitOperations.Log2((uint)targets.Length);

        private protected sealed override bool Accepts(Activation last) => last == Activation.Softmax;
    }
}
