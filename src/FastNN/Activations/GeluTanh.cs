using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// GELU in the form with tanh (Hendrycks and Gimpel, 2016): ½·z·(1 + tanh(v/2)) = z·σ(v), v = 2·√(2/π)·(z + 0.044715·z³). With y = |z| and
/// E = e^(−v(y))
/// <code>f(z) = max(z, 0) − y·E/(1 + E)</code>
/// v is computed in two floats, because its error becomes the relative error of E. <see cref="Exponential"/> computes E, scaled by 2⁶⁴, so
/// only the last product rounds into the subnormal numbers. Below −11 it rounds to 0. −∞ → 0, NaN → NaN. For z &lt; 0 f′ = E/(1 + E)·(1 −
/// y·v′/(1 + E)), and f′(z) = 1 − f′(−z) for z &gt; 0.
/// </summary>
internal readonly struct GeluTanh : ISpanActivation
{
    private const float Highest = 11f, Unit = Exponential.Unit64;

    /// <summary>2·√(2/π), and 0.044715 times that, in two floats each.</summary>
    private const float C1 = 1.59576917f, C1Low = -4.53406805e-08f, C3 = 0.0713548139f, C3Low = 2.39883247e-09f;

    private const double Exact1 = 1.5957691216057307, Exact3 = 0.0713548162726002488;

    public double MaxUlp => 4;

    public double MaxSlopeError => 4;

    public float LeastOutput => -0.170040771f;

    public float MostOutput => float.MaxValue;

    public double Exact(double z) => z < -30 ? 0 : z / (1 + Math.Exp(-z * (Exact1 + Exact3 * z * z)));

    public double ExactSlope(double z)
    {
        if (Math.Abs(z) > 30) return z > 0 ? 1 : 0;

        double v = z * (Exact1 + Exact3 * z * z), sigma = 1 / (1 + Math.Exp(-v)), rest = 1 / (1 + Math.Exp(v));
        return sigma + z * sigma * rest * (Exact1 + 3 * Exact3 * z * z);
    }

    public float Value(float z, out float slope)
    {
        float y = MathF.Abs(z);
        y = Highest < y ? Highest : y;
        float square = y * y, squareLow = MathF.FusedMultiplyAdd(y, y, -square);
        float a = C3 * square;
        float aLow = MathF.FusedMultiplyAdd(C3, squareLow, MathF.FusedMultiplyAdd(C3Low, square, MathF.FusedMultiplyAdd(C3, square, -a)));
        float w = C1 + a, b = w - C1, wLow = (C1 - (w - b)) + (a - b) + (aLow + C1Low);
        float v = y * w, vLow = MathF.FusedMultiplyAdd(y, wLow, MathF.FusedMultiplyAdd(y, w, -v));

        Exponential.Reduce(v, Exponential.Up64, out float t, out float s);
        t += vLow;
        float scaled = MathF.FusedMultiplyAdd(s * t, Exponential.Tail(t), s), e = scaled * Unit, sum = 1f + e;
        float reciprocal = 1f / sum, steep = MathF.FusedMultiplyAdd(3f * C3, square, C1);
        float below = e * reciprocal * MathF.FusedMultiplyAdd(-(y * steep), reciprocal, 1f);
        slope = 0f > z ? below : 1f - below;
        return (0f > z ? 0f : z) - y * (scaled / sum) * Unit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V y = S.Min(S.Broadcast(Highest), S.Abs(z)), c1 = S.Broadcast(C1), c3 = S.Broadcast(C3), zero = S.Broadcast(0f);
        V square = S.Multiply(y, y), squareLow = Error<S, V>(y, y, square), a = S.Multiply(c3, square);
        V aLow = S.MultiplyAdd(c3, squareLow, S.MultiplyAdd(S.Broadcast(C3Low), square, Error<S, V>(c3, square, a)));
        V w = S.Add(c1, a), b = S.Subtract(w, c1);
        V wLow = S.Add(S.Subtract(c1, S.Subtract(w, b)), S.Subtract(a, b));
        wLow = S.Add(wLow, S.Add(aLow, S.Broadcast(C1Low)));
        V v = S.Multiply(y, w), vLow = S.MultiplyAdd(y, wLow, Error<S, V>(y, w, v));

        Exponential.Reduce<S, V>(v, S.Broadcast(Exponential.Up64), out V t, out V s);
        t = S.Add(t, vLow);
        V unit = S.Broadcast(Unit), one = S.Broadcast(1f), scaled = S.MultiplyAdd(S.Multiply(s, t), Exponential.Tail<S, V>(t), s);
        V e = S.Multiply(scaled, unit), sum = S.Add(one, e);
        V reciprocal = S.Divide(one, sum), steep = S.MultiplyAdd(S.Broadcast(3f * C3), square, c1);
        V below = S.Multiply(S.Multiply(e, reciprocal), S.SubtractProduct(S.Multiply(y, steep), reciprocal, one));
        slope = S.Select(S.Greater(zero, z), below, S.Subtract(one, below));
        return S.Subtract(S.Max(zero, z), S.Multiply(S.Multiply(y, S.Divide(scaled, sum)), unit));
    }

    /// <summary>a·b − product: the error of the rounded product, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Error<S, V>(V a, V b, V product)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(a, b, S.Multiply(S.Broadcast(-1f), product));
}

public abstract partial class Activation
{
    /// <summary>
    /// ½·z·(1 + tanh(√(2/π)·(z + 0.044715·z³))), which PyTorch calls GELU with <c>approximate="tanh"</c>. The derivative is that of this
    /// formula.
    /// </summary>
    public static Activation GeluTanh { get; } = new Following<GeluTanh>(nameof(GeluTanh), default);
}
