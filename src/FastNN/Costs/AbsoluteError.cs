using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>c = |e| with e = a − y. ∂c/∂a is the sign of e; for 0 and NaN it is e itself.</summary>
internal readonly struct AbsoluteError : ICost
{
    public float LeastTarget => float.MinValue;

    public float MostTarget => float.MaxValue;

    public bool OutputsAreLabels => false;

    public bool Suits(Activation last) => true;

    public float Factors(float a, float y, out float q)
    {
        q = MathF.Abs(a - y);
        return 1f;
    }

    public float Slope(float a, float y)
    {
        float error = a - y;
        return error > 0f ? 1f : 0f > error ? -1f : error;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct
    {
        q = S.Abs(S.Subtract(a, y));
        return S.Broadcast(1f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct
    {
        V error = S.Subtract(a, y), zero = S.Broadcast(0f);
        V orBelow = S.Select(S.Greater(zero, error), S.Broadcast(-1f), error);
        return S.Select(S.Greater(error, zero), S.Broadcast(1f), orBelow);
    }
}

public abstract partial class Cost
{
    /// <summary>
    /// C = Σ_i |a_i − y_i|, for any activation. The best constant output is the median of the targets. ∂C/∂a_i is 1 if a_i &gt; y_i, −1 if
    /// a_i &lt; y_i, and 0 if they are equal. The L1Loss of PyTorch and the mean absolute error of Keras also divide by the number of
    /// outputs n_out. With <see cref="Reduction.Mean"/>, their learning rate r for plain gradient descent is r/n_out here.
    /// </summary>
    public static Cost AbsoluteError { get; } = new OfOutputs<AbsoluteError>(nameof(AbsoluteError), default);
}
