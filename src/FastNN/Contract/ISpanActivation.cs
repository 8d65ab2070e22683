using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// An activation a = f(z) of each neuron by itself that follows the sums of a layer in a pass of its own. It may have parameters, which are
/// its fields. It always keeps f′(z). Like <see cref="IActivation"/>, it has the same sequence of IEEE operations for a float, which is the
/// specification, and for vectors.
/// </summary>
internal interface ISpanActivation
{
    /// <summary>The promised largest error of the value, in units in the last place of the exact value rounded to float.</summary>
    double MaxUlp { get; }

    /// <summary>The promised largest error of f′ in units of 2⁻²⁴.</summary>
    double MaxSlopeError { get; }

    /// <summary>See <see cref="Activation.LeastOutput"/>.</summary>
    float LeastOutput { get; }

    /// <summary>See <see cref="Activation.MostOutput"/>.</summary>
    float MostOutput { get; }

    double Exact(double z);

    double ExactSlope(double z);

    /// <summary>f(z) and f′(z).</summary>
    float Value(float z, out float slope);

    /// <summary>f(z) and f′(z). The JIT leaves out what only an unused slope needs.</summary>
    V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct;
}
