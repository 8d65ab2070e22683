using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// What the functions made of e⁻ˣ share. With i = round(−16·x·log₂e)
/// <code>2ᵏ·e⁻ˣ = s·e⁻ᵗ ≈ s + s·t·q(t),   s ≈ 2^(i/16 + k),   t = x + i·(ln 2)/16 + c,   |t| ≤ (ln 2)/32 + 0.0007</code>
/// s comes from a table of 2^(j/16), j = i mod 16, each rounded to 9 bits, so that 1 ± s is exact unless s is tiny, and c = ln(s·2^(−i/16 − k)), from a
/// second table, takes the rounding back. q(t) = −1 + t/2 − t²/6 with coefficients of least error. Off by 0.57 ULP at most where nothing is subnormal;
/// that is what k is for.
/// </summary>
internal static unsafe class Exponential
{
    /// <summary>The rounder whose s is 2^(i/16).</summary>
    internal const float Unscaled = Rounder + 16 * 64;

    /// <summary>The rounder whose s is 2^(i/16 + 64): no result is subnormal down to e⁻¹⁰⁹ and beyond.</summary>
    internal const float ScaledUp = Rounder + 16 * 128;

    /// <summary>The rounder whose s is 2^(i/16 − 32): no result is infinite up to e¹⁰⁹.</summary>
    internal const float ScaledDown = Rounder + 16 * 32;

    internal const float Q1 = 0.500016332f, Q2 = -0.166670173f;

    /// <summary>(ln 2)/16 in two floats.</summary>
    internal const float Ln2Over16High = 0.0433216989f, Ln2Over16Low = -1.19040888e-10f;

    internal const float Minus16Log2E = -23.0831203f;

    /// <summary>Adding 1.5·2²³ rounds to an integer and leaves it in the lowest bits; with 16·(64 + k) on top, the table's s is multiplied by 2^(64 + k).</summary>
    private const float Rounder = 12582912f;

    /// <summary>The bits of 2^(j/16 − 64), rounded to nine of mantissa, less j·2¹⁹, so that adding i·2¹⁹ for i ≡ j (mod 16) gives those of 2^(i/16 − 64).</summary>
    internal static ReadOnlySpan<int> Powers =>
    [
        0x1F800000, 0x1F7DC000, 0x1F7B8000, 0x1F79C000, 0x1F784000, 0x1F770000, 0x1F760000, 0x1F754000,
        0x1F750000, 0x1F750000, 0x1F758000, 0x1F764000, 0x1F774000, 0x1F78C000, 0x1F7AC000, 0x1F7D4000,
    ];

    /// <summary>ln of each of these over 2^(j/16), the bits of floats.</summary>
    internal static ReadOnlySpan<int> Corrections =>
    [
        0x00000000, 0x3A22A3E3, unchecked((int)0xBA1FA957), unchecked((int)0xB8D70815), 0x3958E536, 0x398B2B57, 0x37E54670, unchecked((int)0xBA0F4428),
        unchecked((int)0xB8E00620), unchecked((int)0xB93B35E9), 0x3A00CCC5, 0x3A08559F,
        unchecked((int)0xB8BDCE0E), unchecked((int)0xB96A8A3D), unchecked((int)0xB758E8DD), 0x39DD6F3A,
    ];

    /// <summary>t and s for e⁻ˣ; the rounder says k.</summary>
    internal static void Reduce(float x, float rounder, out float t, out float s)
    {
        float rounded = MathF.FusedMultiplyAdd(Minus16Log2E, x, rounder), i = rounded - rounder;
        t = MathF.FusedMultiplyAdd(Ln2Over16High, i, x);
        t = MathF.FusedMultiplyAdd(Ln2Over16Low, i, t);
        t += Lookup(Corrections, rounded);
        s = PowerOf(rounded);
    }

    /// <summary>q(t).</summary>
    internal static float Tail(float t) => MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(Q2, t, Q1), t, -1f);

    internal static float PowerOf(float rounded)
    {
        int bits = BitConverter.SingleToInt32Bits(rounded);
        return BitConverter.Int32BitsToSingle((bits << 19) + Powers[bits & 15]);
    }

    /// <summary>The float of a table that the lowest four bits of another say.</summary>
    internal static float Lookup(ReadOnlySpan<int> table, float index) => BitConverter.Int32BitsToSingle(table[BitConverter.SingleToInt32Bits(index) & 15]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Reduce<S, V>(V x, float rounder, out V t, out V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        V rounded = S.MultiplyAdd(S.Broadcast(Minus16Log2E), x, S.Broadcast(rounder)), i = S.Subtract(rounded, S.Broadcast(rounder));
        t = S.MultiplyAdd(S.Broadcast(Ln2Over16High), i, x);
        t = S.MultiplyAdd(S.Broadcast(Ln2Over16Low), i, t);
        t = S.Add(t, Lookup<S, V>(Corrections, rounded));
        s = PowerOf<S, V>(rounded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Tail<S, V>(V t)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(S.MultiplyAdd(S.Broadcast(Q2), t, S.Broadcast(Q1)), t, S.Broadcast(-1f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V PowerOf<S, V>(V rounded)
        where S : struct, ISimd<V>
        where V : struct => S.AddBits(S.ShiftBitsLeft(rounded, 19), Lookup<S, V>(Powers, rounded));

    /// <summary>The table is constant data of the assembly, which never moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Lookup<S, V>(ReadOnlySpan<int> table, V index)
        where S : struct, ISimd<V>
        where V : struct => S.Lookup16((int*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(table)), index);
}
