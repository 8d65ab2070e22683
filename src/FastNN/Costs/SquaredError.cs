using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>c = (a − y)², ∂c/∂a = 2(a − y).</summary>
internal readonly struct SquaredError : ICost
{
    public float LeastTarget => float.MinValue;

    public float MostTarget => float.MaxValue;

    public bool OutputsAreLabels => false;

    public bool Suits(Activation last) => true;

    public float Factors(float a, float y, out float q) => q = a - y;

    public float Slope(float a, float y) => a - y + (a - y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct => q = S.Subtract(a, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct
    {
        V error = S.Subtract(a, y);
        return S.Add(error, error);
    }
}

public abstract partial class Cost
{
    /// <summary>
    /// C = Σ_i (a_i − y_i)², ∂C/∂a_i = 2(a_i − y_i), for any activation. This is the cost of the article that derives the training of a
    /// 2-4-3-2 network by hand. The mean squared error of PyTorch and Keras also divides by the number of outputs n_out. With
    /// <see cref="Reduction.Mean"/>, their learning rate r for plain gradient descent is r/n_out here.
    /// </summary>
    public static Cost SquaredError { get; } = new OfOutputs<SquaredError>(nameof(SquaredError), default);
}
