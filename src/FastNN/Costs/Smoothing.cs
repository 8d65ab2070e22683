using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Costs;

/// <summary>
/// Label smoothing: a target y counts as y·(1 − ε) + ε/n. It is written as an activation of targets, so the kernel of a span computes it.
/// </summary>
/// <param name="smoothing">ε.</param>
/// <param name="classes">n.</param>
internal readonly struct Smoothing(float smoothing, int classes) : ISpanActivation
{
    private readonly float _kept = 1f - smoothing, _share = smoothing / classes;

    public double MaxUlp => 1;

    public double MaxSlopeError => 0;

    public float LeastOutput => float.MinValue;

    public float MostOutput => float.MaxValue;

    public double Exact(double y) => y * _kept + _share;

    public double ExactSlope(double y) => _kept;

    public float Value(float y, out float slope)
    {
        slope = _kept;
        return MathF.FusedMultiplyAdd(_kept, y, _share);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<S, V>(V y, out V slope)
        where S : struct, ISimd<V>
        where V : struct
    {
        slope = S.Broadcast(_kept);
        return S.MultiplyAdd(slope, y, S.Broadcast(_share));
    }
}
