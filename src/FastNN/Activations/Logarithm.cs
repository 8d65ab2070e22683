using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// ln(1 + u) for u in [0, 1], in sixteen cells k of u: with r = c_k·(1 + u) − 1, which is small, ln(1 + u) = −ln c_k + ln(1 + r) and
/// ln(1 + r) ≈ r + r²·q(r). The c_k are such that their logarithms are almost floats; c₀ = 1, so small u keep their accuracy, and subnormal ones come out as
/// they are.
/// </summary>
internal static class Logarithm
{
    private const float Shift = 0.0352500007f, Rounder = 786432f; // 1.5·2¹⁹ rounds to sixteenths and leaves their number in the lowest bits
    private const float Q0 = -0.500000119f, Q1 = 0.333343714f, Q2 = -0.249827757f, Q3 = 0.185116425f;
    private const float Ln2 = 0.693147182f;

    /// <summary>c_k, the bits of floats.</summary>
    private static ReadOnlySpan<int> Factors =>
    [
        0x3F800000, 0x3F692A74, 0x3F5C9DE4, 0x3F515E44, 0x3F4728A8, 0x3F3DFA9C, 0x3F35882F, 0x3F2DD3D6,
        0x3F26C572, 0x3F202CF1, 0x3F1A3CD7, 0x3F148ADC, 0x3F0F5D3C, 0x3F0A8EE6, 0x3F0611FB, 0x3F01E4E7,
    ];

    /// <summary>−ln c_k, the bits of floats.</summary>
    private static ReadOnlySpan<int> Logarithms =>
    [
        0x00000000, 0x3DBF56ED, 0x3E185204, 0x3E4DE8AD, 0x3E808CE3, 0x3E98B616, 0x3EAFFF6F, 0x3EC633D2,
        0x3EDB6B75, 0x3EF01495, 0x3F01B5F7, 0x3F0B57B2, 0x3F146D11, 0x3F1D27B3, 0x3F259594, 0x3F2DAF65,
    ];

    /// <summary>ln(1 + u), 0 ≤ u ≤ 1.</summary>
    internal static float OnePlus(float u)
    {
        float cell = u - Shift;
        cell = (0f > cell ? 0f : cell) + Rounder;
        float c = Exponential.Lookup(Factors, cell), r = MathF.FusedMultiplyAdd(u, c, c - 1f);
        float q = MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(Q3, r, Q2), r, Q1), r, Q0);
        return MathF.FusedMultiplyAdd(r * r, q, Exponential.Lookup(Logarithms, cell) + r);
    }

    /// <summary>ln x for finite x ≥ 1, as e·ln 2 + ln m with m in [1, 2); NaN → NaN.</summary>
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
        V cell = S.Add(S.Max(S.Broadcast(0f), S.Subtract(u, S.Broadcast(Shift))), S.Broadcast(Rounder));
        V c = Exponential.Lookup<S, V>(Factors, cell), r = S.MultiplyAdd(u, c, S.Subtract(c, S.Broadcast(1f)));
        V q = S.MultiplyAdd(S.Broadcast(Q3), r, S.Broadcast(Q2));
        q = S.MultiplyAdd(q, r, S.Broadcast(Q1));
        q = S.MultiplyAdd(q, r, S.Broadcast(Q0));
        return S.MultiplyAdd(S.Multiply(r, r), q, S.Add(Exponential.Lookup<S, V>(Logarithms, cell), r));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V OfSum<S, V>(V x)
        where S : struct, ISimd<V>
        where V : struct
    {
        V m = S.AddBits(S.And(x, S.Broadcast(BitConverter.Int32BitsToSingle(0x007FFFFF))), S.Broadcast(1f)), logarithm = OnePlus<S, V>(S.Subtract(m, S.Broadcast(1f)));
        V e = S.Subtract(S.AddBits(S.ShiftBitsRight(x, 23), S.Broadcast(8388608f)), S.Broadcast(8388608f + 127f));
        return S.Add(S.MultiplyAdd(e, S.Broadcast(Ln2), logarithm), S.Subtract(x, x));
    }
}
