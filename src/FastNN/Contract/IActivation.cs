using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// An activation a = f(z) of each neuron by itself: the sequence of IEEE operations for a float, which is the specification, and the same for vectors.
/// Long functions come in halves, which <see cref="Spans.ActivationSpan"/> takes from different vectors.
/// </summary>
internal interface IActivation
{
    /// <summary>The promised largest error of the value, in units in the last place of the exact one rounded to float.</summary>
    static abstract double MaxUlp { get; }

    /// <summary>The promised largest error of f′ in units of 2⁻²⁴, that of a rounded input of f′ included where it is taken from a.</summary>
    static abstract double MaxSlopeError { get; }

    /// <summary>Whether f′(z) does not follow from a: a pass that is to go back then keeps f′(z) beside it.</summary>
    static virtual bool KeepsSlope => false;

    /// <summary>Whether the halves are worth to be taken apart.</summary>
    static virtual bool HasHalves => false;

    /// <summary>Whether the second half takes z itself.</summary>
    static virtual bool EndTakesSum => true;

    static abstract double Exact(double z);

    static abstract double ExactSlope(double z);

    static abstract float Value(float z);

    /// <summary>f′ from what was kept: from a, or, if that was f′ itself, no more to be done.</summary>
    static virtual float Slope(float kept) => kept;

    /// <summary>f(z) and f′(z), where the latter is kept.</summary>
    static virtual float ValueAndSlope(float z, out float slope) => throw new NotSupportedException();

    /// <summary>The first half of f(z), two vectors.</summary>
    static virtual void Begin<S, V>(V z, out V t, out V s)
        where S : struct, ISimd<V>
        where V : struct => (t, s) = (z, z);

    /// <summary>f(z) from z and the first half.</summary>
    static abstract V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct;

    static virtual V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => kept;

    static virtual V ValueAndSlope<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct => throw new NotSupportedException();
}
