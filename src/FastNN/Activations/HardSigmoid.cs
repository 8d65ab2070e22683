using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// f(z) = factor·z + offset, rounded once, and limited to [0, 1]. f′ = factor where z is between the floats nearest to −offset/factor and
/// (1 − offset)/factor, and 0 elsewhere. NaN → NaN.
/// </summary>
internal readonly struct HardSigmoid(float factor, float offset) : ISpanActivation
{
    private readonly float _low = (float)(-(double)offset / factor), _high = (float)((1 - (double)offset) / factor);

    public double MaxUlp => 0.5;

    public double MaxSlopeError => 0;

    public float LeastOutput => 0f;

    public float MostOutput => 1f;

    public double Exact(double z) => Math.Clamp(factor * z + offset, 0, 1);

    public double ExactSlope(double z) => z > _low && z < _high ? factor : 0;

    public float Value(float z, out float slope)
    {
        slope = z > _low && _high > z ? factor : 0f;
        float line = MathF.FusedMultiplyAdd(factor, z, offset);
        line = 0f > line ? 0f : line;
        return 1f < line ? 1f : line;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V z, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        V f = S.Broadcast(factor), line = S.MultiplyAdd(f, z, S.Broadcast(offset));
        slope = S.And(S.And(S.Greater(z, S.Broadcast(_low)), S.Greater(S.Broadcast(_high), z)), f);
        return S.Min(S.Broadcast(1f), S.Max(S.Broadcast(0f), line));
    }
}

public abstract partial class Activation
{
    private const float Sixth = 1f / 6;

    /// <summary>
    /// z·c + ½ with c = 1/6, rounded to float, and limited to [0, 1], as in PyTorch. The derivative is c where −3 &lt; z &lt; 3, and 0
    /// elsewhere.
    /// </summary>
    public static Activation HardSigmoid { get; } = new Following<HardSigmoid>(nameof(HardSigmoid), new HardSigmoid(Sixth, 0.5f));

    /// <summary>
    /// factor·z + offset, limited to [0, 1]. ONNX and older versions of Keras have 0.2 and 0.5. The derivative is the factor between the
    /// limits, and 0 elsewhere.
    /// </summary>
    /// <param name="factor">Finite and greater than 0. For 1/6, with an offset of ½, the result is <see cref="HardSigmoid"/>.</param>
    /// <param name="offset">Finite.</param>
    /// <returns>The activation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="factor"/> is not finite and greater than 0, or <paramref name="offset"/> is not finite.
    /// </exception>
    public static Activation HardSigmoidWith(float factor, float offset)
    {
        if (!(factor > 0))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, Invariant($"factor must be greater than 0, but is {factor}."));
        Guard.Finite(factor);
        Guard.Finite(offset);
        return factor == Sixth && offset == 0.5f
            ? HardSigmoid
            : new Following<HardSigmoid>(nameof(HardSigmoidWith), new HardSigmoid(factor, offset), factor, offset);
    }
}
