using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Simd;

namespace FastNN.Activations;

/// <summary>
/// The parts that all functions of e⁻ˣ share. With i = round(−16·x·log₂e) and t = x + i·(ln 2)/16, |t| ≤ (ln 2)/32:
/// <code>2ᵏ·e⁻ˣ ≈ s + s·t·q(t),   s = 2^(i/16 + k),   e⁻ᵗ ≈ 1 + t·q(t)</code>
/// s comes from a table of the sixteen 2^(j/16). k keeps it a normal number. q is the quadratic with the least relative error: 0.08·2⁻²⁴
/// with float coefficients. The error is at most 1.00 ULP. Without the table q has degree 5, and a sigmoid takes a third longer. On Zen 4
/// it takes 14.4 cycles for 16 floats instead of 10.9, one vector after the other. The division alone takes 6.
/// </summary>
internal static unsafe class Exponential
{
    /// <summary>
    /// Adding 1.5·2²³ rounds to an integer, which is then in the lowest bits. Adding 16·k more also adds k to the exponent of s. Here k =
    /// −64.
    /// </summary>
    internal const float Down64 = 12582912f;

    /// <summary>k = −32.</summary>
    internal const float Down32 = Down64 + 16 * 32;

    /// <summary>k = 0.</summary>
    internal const float Unscaled = Down64 + 16 * 64;

    /// <summary>k = 64.</summary>
    internal const float Up64 = Down64 + 16 * 128;

    /// <summary>2⁻⁶⁴ and 2⁻³²: the units of values that are scaled by them.</summary>
    internal const float Unit64 = 5.42101086e-20f, Unit32 = 2.32830644e-10f;

    private const float Minus16Log2E = -23.0831203f;

    /// <summary>(ln 2)/16 in two floats. i·High + x is exact.</summary>
    private const float Ln2Over16High = 0.0433216989f, Ln2Over16Low = -1.19040888e-10f;

    private const float Q0 = -1f, Q1 = 0.50001961f, Q2 = -0.167124495f;

    /// <summary>The bits of 2^(j/16 − 64) minus j·2¹⁹. Adding i·2¹⁹ for i ≡ j (mod 16) gives the bits of 2^(i/16 − 64).</summary>
    private static ReadOnlySpan<int> PowersOfTwo =>
    [
        0x1F800000, 0x1F7DAAC3, 0x1F7B95C2, 0x1F79C3D3, 0x1F7837F0, 0x1F76F532, 0x1F75FED7, 0x1F75583F,
        0x1F7504F3, 0x1F7508A4, 0x1F75672A, 0x1F76248C, 0x1F7744FD, 0x1F78CCDF, 0x1F7AC0C7, 0x1F7D257D,
    ];

    /// <summary>t and s.</summary>
    internal static void Reduce(float x, float rounder, out float t, out float s)
    {
        float rounded = MathF.FusedMultiplyAdd(Minus16Log2E, x, rounder), i = rounded - rounder;
        t = MathF.FusedMultiplyAdd(Ln2Over16High, i, x);
        t = MathF.FusedMultiplyAdd(Ln2Over16Low, i, t);
        s = PowerOf(PowersOfTwo, rounded);
    }

    /// <summary>q(t).</summary>
    internal static float Tail(float t) => MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(Q2, t, Q1), t, Q0);

    /// <summary>s for a rounded i, from a table like <see cref="PowersOfTwo"/>.</summary>
    internal static float PowerOf(ReadOnlySpan<int> table, float rounded) =>
        BitConverter.Int32BitsToSingle(
            (BitConverter.SingleToInt32Bits(rounded) << 19) + BitConverter.SingleToInt32Bits(Lookup(table, rounded)));

    /// <summary>The float whose bits are in the table, at the index in the lowest four bits of <paramref name="index"/>.</summary>
    internal static float Lookup(ReadOnlySpan<int> table, float index) =>
        BitConverter.Int32BitsToSingle(table[BitConverter.SingleToInt32Bits(index) & 15]);

    /// <summary>
    /// t and s. The first factor of each multiply-add is not needed again. The JIT overwrites this factor; if it were needed again, the JIT
    /// would copy it first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Reduce<S, V>(V x, V rounder, out V t, out V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        V rounded = S.MultiplyAdd(S.Broadcast(Minus16Log2E), x, rounder), i = S.Subtract(rounded, rounder);
        t = S.MultiplyAdd(S.Broadcast(Ln2Over16High), i, x);
        t = S.MultiplyAdd(S.Broadcast(Ln2Over16Low), i, t);
        s = PowerOf<S, V>(PowersOfTwo, rounded);
    }

    /// <summary>−t and s for −x. So eˣ needs no operation that negates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void ReduceNegative<S, V>(V x, V rounder, out V minusT, out V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        V rounded = S.SubtractProduct(S.Broadcast(Minus16Log2E), x, rounder), i = S.Subtract(rounded, rounder);
        minusT = S.SubtractProduct(S.Broadcast(Ln2Over16High), i, x);
        minusT = S.SubtractProduct(S.Broadcast(Ln2Over16Low), i, minusT);
        s = PowerOf<S, V>(PowersOfTwo, rounded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Tail<S, V>(V t)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(S.MultiplyAdd(S.Broadcast(Q2), t, S.Broadcast(Q1)), t, S.Broadcast(Q0));

    /// <summary>q(t) from −t.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V TailNegative<S, V>(V minusT)
        where S : struct, ISimd<V>
        where V : struct => S.SubtractProduct(S.SubtractProduct(S.Broadcast(Q2), minusT, S.Broadcast(Q1)), minusT, S.Broadcast(Q0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V PowerOf<S, V>(ReadOnlySpan<int> table, V rounded)
        where S : struct, ISimd<V>
        where V : struct => S.AddBits(S.ShiftBitsLeft(rounded, 19), Lookup<S, V>(table, rounded));

    /// <summary>The table is constant data of the assembly, so it never moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Lookup<S, V>(ReadOnlySpan<int> table, V index)
        where S : struct, ISimd<V>
        where V : struct => S.Lookup16((int*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(table)), index);
}
