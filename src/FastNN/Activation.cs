using System.Globalization;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN;

/// <summary>
/// The function a = f(z) that a layer applies to its sums z. Each activation is in one file. The file holds its value, its derivative, the
/// exact formula and the promised error. <see cref="All"/> lists those without parameters. An activation is immutable. Two activations are
/// equal if they are the same function with the same parameters; −0 is not 0 here.
/// </summary>
public abstract partial class Activation : IEquatable<Activation>
{
    // Filled while the functions are created. The runtime lets one thread do this, before another thread sees a function. Afterwards the
    // list is only read. It has no initialiser, because that could run after those of the functions in the other files.
    private static List<Activation>? s_all;

    private readonly ActivationKernels?[] _kernels = new ActivationKernels?[(int)KernelVariant.Vector512 + 1];

    private protected Activation(string name)
    {
        Name = name;
        s_all ??= [];
        s_all.Add(this);
    }

    private protected Activation(string method, float[] arguments)
    {
        Name = NameOf(method, arguments);
        Arguments = Array.AsReadOnly(arguments);
    }

    /// <summary>All activations without parameters, in the order of their names.</summary>
    public static IReadOnlyList<Activation> All => Sorted.All;

    /// <summary>
    /// The name of the property that returns this activation. Or the name of the method with its arguments, as in "EluWithAlpha(0.5)".
    /// </summary>
    public string Name { get; }

    /// <summary>
    /// The largest error of a value, over all 2³² floats, in units in the last place of the exact value rounded to float. For softmax it
    /// holds for a layer of up to 16 neurons, and grows by ½ with each further 16.
    /// </summary>
    public abstract double MaxUlp { get; }

    /// <summary>Whether each output depends only on its own sum. Softmax does not, so only the last layer can have it.</summary>
    public virtual bool IsElementwise => true;

    /// <summary>
    /// The largest error of a slope f′, in units of 2⁻²⁴. Softmax has no slope of a single value: there it is 0. Slopes of
    /// <see cref="Exponential"/> have no bound: there it is ∞. But its slope is its value, so <see cref="MaxUlp"/> holds for the slope too.
    /// </summary>
    public abstract double MaxSlopeError { get; }

    /// <summary>
    /// The least value that the function can have, as it is computed; <see cref="float.MinValue"/> if there is none. <c>Fit</c> refuses
    /// targets that the function of the last layer cannot give.
    /// </summary>
    public abstract float LeastOutput { get; }

    /// <summary>The largest value that the function can have; <see cref="float.MaxValue"/> if there is none.</summary>
    public abstract float MostOutput { get; }

    /// <summary>f(z) in double precision. Only for an elementwise function.</summary>
    internal abstract double Exact(double z);

    /// <summary>f′(z) in double precision. Only for an elementwise function.</summary>
    internal abstract double ExactSlope(double z);

    /// <summary>Whether f′(z) does not follow from f(z). A forward pass before a backward pass then keeps f′(z) beside the value.</summary>
    internal abstract bool KeepsSlope { get; }

    /// <summary>The parameters, in the order of the method that returns this activation. Empty if a property returns it.</summary>
    public IReadOnlyList<float> Arguments { get; } = [];

    /// <summary>Whether both are the same function with the same parameters.</summary>
    /// <param name="left">An activation or null.</param>
    /// <param name="right">An activation or null.</param>
    /// <returns>True also if both are null.</returns>
    public static bool operator ==(Activation? left, Activation? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the two differ as functions or in a parameter.</summary>
    /// <param name="left">An activation or null.</param>
    /// <param name="right">An activation or null.</param>
    /// <returns>False also if both are null.</returns>
    public static bool operator !=(Activation? left, Activation? right) => !(left == right);

    /// <summary>Whether the other is the same function with the same parameters.</summary>
    /// <param name="other">An activation or null.</param>
    /// <returns>False for null.</returns>
    public bool Equals(Activation? other) => ReferenceEquals(this, other) || (other is not null && Name == other.Name);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Activation);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>A method with its arguments, as in "Clip(0, 6)". Each argument comes back from its text as the same float.</summary>
    internal static string NameOf(string method, float[] arguments) =>
        $"{method}({string.Join(", ", arguments.Select(argument => argument.ToString(CultureInfo.InvariantCulture)))})";

    /// <summary>
    /// The kernels of a variant that end in this function. They are created when they are first needed. Several threads may create them at
    /// the same time: all kernels of a function and a variant are alike, and nothing changes them. .NET publishes the contents of an object
    /// together with the reference to it, on weakly ordered processors too.
    /// </summary>
    internal ActivationKernels KernelsOf(KernelSet set) => _kernels[(int)set.Variant] ??= CreateKernels(set);

    private protected abstract ActivationKernels CreateKernels(KernelSet set);

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

        public override float LeastOutput => A.LeastOutput;

        public override float MostOutput => A.MostOutput;

        internal override bool KeepsSlope => A.KeepsSlope;

        internal override double Exact(double z) => A.Exact(z);

        internal override double ExactSlope(double z) => A.ExactSlope(z);

        private protected override ActivationKernels CreateKernels(KernelSet set) => set.CreateKernels<A>();
    }

    /// <summary>A function that follows the sums in a pass of its own.</summary>
    private sealed class Following<F> : Activation
        where F : struct, ISpanActivation
    {
        private readonly F _f;

        internal Following(string property, F f)
            : base(property) => _f = f;

        internal Following(string method, F f, params float[] arguments)
            : base(method, arguments) => _f = f;

        public override double MaxUlp => _f.MaxUlp;

        public override double MaxSlopeError => _f.MaxSlopeError;

        public override float LeastOutput => _f.LeastOutput;

        public override float MostOutput => _f.MostOutput;

        internal override bool KeepsSlope => true;

        internal override double Exact(double z) => _f.Exact(z);

        internal override double ExactSlope(double z) => _f.ExactSlope(z);

        private protected override ActivationKernels CreateKernels(KernelSet set) => set.CreateFunctionKernels(_f);
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

        private protected sealed override ActivationKernels CreateKernels(KernelSet set) => set.CreateSoftmaxKernels();
    }
}
