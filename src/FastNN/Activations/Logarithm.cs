using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Activations;

/// <summary>
/// ln(1 + u) for u in [0, 1]. u falls into one of sixteen cells, the k-th around k/15. Then r = c_k·(1 + u) − 1 is at most 1/30 from 0,
/// ln(1 + u) = −ln c_k + ln(1 + r), and ln(1 + r) ≈ r + r²·q(r), off by at most 0.63·2⁻²⁴ of r. The c_k are chosen so that their logarithms
/// are almost floats. c₀ = 1, so small u keep their accuracy, and subnormal u come out unchanged. Finding a cell around k/15 takes one
/// operation. Cells of one sixteenth each would take three; one of these keeps small u out of cell −1. r is then up to 1/15 in the first
/// cell, so q is a cubic, and softplus takes a ninth longer.
/// </summary>
internal static class Logarithm
{
    private const float Cells = 15f, Rounder = 12582912f; // adding 1.5·2²³ rounds to an integer, which is then in the lowest bits
    private const float Q0 = -0.500000298f, Q1 = 0.333505273f, Q2 = -0.249424696f;
    private const float Ln2 = 0.693147182f;

    /// <summary>c_k, as the bits of floats.</summary>
    private static ReadOnlySpan<int> Factors =>
    [
        0x3F800000, 0x3F6FFE36, 0x3F61DF68, 0x3F55573E, 0x3F4A1CC4, 0x3F3FFBB1, 0x3F36D9F7, 0x3F2E86FC,
        0x3F26F439, 0x3F200447, 0x3F1993F9, 0x3F13ADF9, 0x3F0E33D9, 0x3F092588, 0x3F046D62, 0x3F000206,
    ];

    /// <summary>−ln c_k, as the bits of floats.</summary>
    private static ReadOnlySpan<int> Logarithms =>
    [
        0x00000000, 0x3D843C0A, 0x3E0035FE, 0x3E3AA957, 0x3E7206B0, 0x3E93568E, 0x3EAC4A30, 0x3EC42535,
        0x3EDADBED, 0x3EF096A1, 0x3F02CED9, 0x3F0CD57C, 0x3F168243, 0x3F1FC6C9, 0x3F28BDA6, 0x3F316E0C,
    ];

    /// <summary>ln(1 + u) for 0 ≤ u ≤ 1.</summary>
    internal static float OnePlus(float u)
    {
        float cell = MathF.FusedMultiplyAdd(Cells, u, Rounder), c = Exponential.Lookup(Factors, cell);
        float r = MathF.FusedMultiplyAdd(u, c, c - 1f);
        float q = MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(Q2, r, Q1), r, Q0);
        return MathF.FusedMultiplyAdd(r * r, q, Exponential.Lookup(Logarithms, cell) + r);
    }

    /// <summary>ln x for finite x ≥ 1, computed as e·ln 2 + ln m with m in [1, 2). NaN → NaN.</summary>
    internal static float OfSum(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x);
        float m = BitConverter.Int32BitsToSingle((bits & 0x007FFFFF) + 0x3F800000), logarithm = OnePlus(m - 1f);
        float e = BitConverter.Int32BitsToSingle((bits >>> 23) + 0x4B000000) - (8388608f + 127f);
        return MathF.FusedMultiplyAdd(e, Ln2, logarithm) + (x - x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V OnePlus<S, V>(V u)
        where S : struct, ISimd<V>
        where V : struct
    {
        V cell = S.MultiplyAdd(S.Broadcast(Cells), u, S.Broadcast(Rounder)), c = Exponential.Lookup<S, V>(Factors, cell);
        V r = S.MultiplyAdd(u, c, S.Subtract(c, S.Broadcast(1f)));
        V q = S.MultiplyAdd(S.Broadcast(Q2), r, S.Broadcast(Q1));
        q = S.MultiplyAdd(q, r, S.Broadcast(Q0));
        return S.MultiplyAdd(S.Multiply(r, r), q, S.Add(Exponential.Lookup<S, V>(Logarithms, cell), r));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V OfSum<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V m = S.AddBits(S.And(x, S.Broadcast(BitConverter.Int32BitsToSingle(0x007FFFFF))), S.Broadcast(1f));
        V logarithm = OnePlus<S, V>(S.Subtract(m, S.Broadcast(1f)));
        V e = S.Subtract(S.AddBits(S.ShiftBitsRight(x, 23), S.Broadcast(8388608f)), S.Broadcast(8388608f + 127f));
        return S.Add(S.MultiplyAdd(e, S.Broadcast(Ln2), logarithm), S.Subtract(x, x));
    }
}
