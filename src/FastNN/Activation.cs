using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN;

/// <summary>
/// The function a layer applies to its weighted sums, a = f(z). Each is one file, which holds value, derivative, exact formula and promised
/// error; <see cref="All"/> lists them. Immutable, and the same object everywhere: compare by reference.
/// </summary>
public abstract partial class Activation
{
    // Written while the functions are created, which the runtime has one thread do before any other sees one; only read after that. Without
    // an initialiser, which might run after those of the functions in the other files.
    private static List<Activation>? s_all;

    private protected Activation(string name)
    {
        Name = name;
        s_all ??= [];
        Index = s_all.Count;
        s_all.Add(this);
    }

    /// <summary>All activations, in the order of their names.</summary>
    public static IReadOnlyList<Activation> All => Sorted.All;

    /// <summary>The name of the property that gives it.</summary>
    public string Name { get; }

    /// <summary>
    /// How far values may be off, in units in the last place of the exact value rounded to float, over all 2³² floats. That of softmax is
    /// for a layer of up to 16 neurons, and grows by ½ with each further 16.
    /// </summary>
    public abstract double MaxUlp { get; }

    /// <summary>Whether each output depends on its own sum alone. Softmax does not, and so can only be that of the last layer.</summary>
    public virtual bool IsElementwise => true;

    /// <summary>How far slopes f′ may be off, in units of 2⁻²⁴; 0 for softmax, which has none by itself.</summary>
    public abstract double MaxSlopeError { get; }

    /// <summary>f(z) in double precision; for an elementwise function.</summary>
    internal abstract double Exact(double z);

    /// <summary>f′(z) in double precision; for an elementwise function.</summary>
    internal abstract double ExactSlope(double z);

    /// <summary>Whether f′(z) does not follow from f(z), so that a pass that is to go back keeps it beside the value.</summary>
    internal abstract bool KeepsSlope { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Its number among all.</summary>
    internal int Index { get; }

    /// <summary>The kernels of a variant that end in this function; <see cref="KernelSet.Of"/> keeps them.</summary>
    internal abstract ActivationKernels CreateKernels(KernelSet set);

    /// <summary>Initialised at the first use, by when all functions are there.</summary>
    private static class Sorted
    {
        internal static IReadOnlyList<Activation> All { get; } = [.. s_all!.OrderBy(activation => activation.Name, StringComparer.Ordinal)];
    }

    private sealed class Elementwise<A>(string name) : Activation(name)
        where A : struct, IActivation
    {
        public override double MaxUlp => A.MaxUlp;

        public override double MaxSlopeError => A.MaxSlopeError;

        internal override bool KeepsSlope => A.KeepsSlope;

        internal override double Exact(double z) => A.Exact(z);

        internal override double ExactSlope(double z) => A.ExactSlope(z);

        internal override ActivationKernels CreateKernels(KernelSet set) => set.CreateKernels<A>();
    }

    /// <summary>
    /// One that takes all sums of a sample together. There is one such function, softmax, and its kernels are <see cref="SoftmaxKernels{K,
    /// T}"/>.
    /// </summary>
    private abstract class Coupled(string name) : Activation(name)
    {
        public sealed override bool IsElementwise => false;

        internal sealed override bool KeepsSlope => false;

        internal sealed override double Exact(double z) => throw new NotSupportedException();

        internal sealed override double ExactSlope(double z) => throw new NotSupportedException();

        internal sealed override ActivationKernels CreateKernels(KernelSet set) => set.CreateSoftmaxKernels();
    }
}
