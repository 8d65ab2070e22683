using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN;

/// <summary>
/// The function a = f(z) that a layer applies to its sums z. Each activation is in one file. The file holds its value, its derivative, the
/// exact formula and the promised error. <see cref="All"/> lists all activations. An activation is immutable, and each is one object, so
/// compare activations by reference.
/// </summary>
public abstract partial class Activation
{
    // Filled while the functions are created. The runtime lets one thread do this, before another thread sees a function. Afterwards the
    // list is only read. It has no initialiser, because that could run after those of the functions in the other files.
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

    /// <summary>The name of the property that returns this activation.</summary>
    public string Name { get; }

    /// <summary>
    /// The largest error of a value, over all 2³² floats, in units in the last place of the exact value rounded to float. For softmax it
    /// holds for a layer of up to 16 neurons, and grows by ½ with each further 16.
    /// </summary>
    public abstract double MaxUlp { get; }

    /// <summary>Whether each output depends only on its own sum. Softmax does not, so only the last layer can have it.</summary>
    public virtual bool IsElementwise => true;

    /// <summary>The largest error of a slope f′, in units of 2⁻²⁴; 0 for softmax, which has no slope of a single value.</summary>
    public abstract double MaxSlopeError { get; }

    /// <summary>f(z) in double precision. Only for an elementwise function.</summary>
    internal abstract double Exact(double z);

    /// <summary>f′(z) in double precision. Only for an elementwise function.</summary>
    internal abstract double ExactSlope(double z);

    /// <summary>Whether f′(z) does not follow from f(z). A forward pass before a backward pass then keeps f′(z) beside the value.</summary>
    internal abstract bool KeepsSlope { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The number of this activation among all activations.</summary>
    internal int Index { get; }

    /// <summary>The kernels of a variant that end in this function. <see cref="KernelSet.Of"/> keeps them.</summary>
    internal abstract ActivationKernels CreateKernels(KernelSet set);

    /// <summary>Initialised at the first use. All functions exist by then.</summary>
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
    /// A function that takes all sums of a sample together. The only one is softmax. Its kernels are <see cref="SoftmaxKernels{K, T}"/>.
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
