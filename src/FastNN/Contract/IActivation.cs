using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// An activation a = f(z) of each neuron by itself. It has a sequence of IEEE operations for a float. That is the specification. It has the
/// same operations for vectors. A long function has two halves. The kernel <c>ActivationSpan</c> computes the halves of different vectors
/// together.
/// </summary>
internal interface IActivation
{
    /// <summary>The promised largest error of the value, in units in the last place of the exact value rounded to float.</summary>
    static abstract double MaxUlp { get; }

    /// <summary>
    /// The promised largest error of f′ in units of 2⁻²⁴. If f′ is computed from a, the error includes that of the rounded a.
    /// </summary>
    static abstract double MaxSlopeError { get; }

    /// <summary>See <see cref="Activation.LeastOutput"/>.</summary>
    static abstract float LeastOutput { get; }

    /// <summary>See <see cref="Activation.MostOutput"/>.</summary>
    static abstract float MostOutput { get; }

    /// <summary>Whether f′(z) cannot be computed from a. Then a forward pass of training keeps f′(z) beside a.</summary>
    static virtual bool KeepsSlope => false;

    /// <summary>Whether it is worth computing the halves apart.</summary>
    static virtual bool HasHalves => false;

    /// <summary>Whether the second half uses z itself.</summary>
    static virtual bool EndTakesSum => true;

    static abstract double Exact(double z);

    static abstract double ExactSlope(double z);

    static abstract float Value(float z);

    /// <summary>f′ from the kept value. That is a, or f′ itself. f′ itself is returned as it is.</summary>
    static virtual float Slope(float kept) => kept;

    /// <summary>f(z) and f′(z), for a function that keeps f′(z).</summary>
    static virtual float ValueAndSlope(float z, out float slope) => throw new NotSupportedException();

    /// <summary>The first half of f(z): two vectors.</summary>
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
