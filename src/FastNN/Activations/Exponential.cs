using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Simd;

namespace FastNN.Activations;

/// <summary>
/// What the functions made of e⁻ˣ share. With i = round(−16·x·log₂e) and t = x + i·(ln 2)/16, so that |t| ≤ (ln 2)/32:
/// <code>2ᵏ·e⁻ˣ ≈ s + s·t·q(t),   s = 2^(i/16 + k),   e⁻ᵗ ≈ 1 + t·q(t)</code>
/// s comes from a table of the sixteen 2^(j/16), and k keeps it a normal number. q is the quadratic of least relative error, 0.08·2⁻²⁴ once its coefficients
/// are floats. Off by 1.00 ULP at most. Without the table q has degree 5 and a sigmoid costs a third more: 14.4 cycles for 16 floats on Zen 4 instead of 10.9
/// one vector after the other, of which the division alone needs 6.
/// </summary>
internal static unsafe class Exponential
{
    /// <summary>Adding 1.5·2²³ rounds to an integer and leaves it in the lowest bits; with 16·k more, i comes with k on top. Here k = −64.</summary>
    internal const float Down64 = 12582912f;

    /// <summary>k = −32.</summary>
    internal const float Down32 = Down64 + 16 * 32;

    /// <summary>k = 0.</summary>
    internal const float Unscaled = Down64 + 16 * 64;

    /// <summary>k = 64.</summary>
    internal const float Up64 = Down64 + 16 * 128;

    /// <summary>2⁻⁶⁴ and 2⁻³², the units of what is scaled by them.</summary>
    internal const float Unit64 = 5.42101086e-20f, Unit32 = 2.32830644e-10f;

    private const float Minus16Log2E = -23.0831203f;

    /// <summary>(ln 2)/16 in two floats: i·High + x is exact.</summary>
    private const float Ln2Over16High = 0.0433216989f, Ln2Over16Low = -1.19040888e-10f;

    private const float Q0 = -1f, Q1 = 0.50001961f, Q2 = -0.167124495f;

    /// <summary>The bits of 2^(j/16 − 64) less j·2¹⁹, so that adding i·2¹⁹ for i ≡ j (mod 16) gives the bits of 2^(i/16 − 64).</summary>
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

    /// <summary>s of a rounded i, from a table like <see cref="PowersOfTwo"/>.</summary>
    internal static float PowerOf(ReadOnlySpan<int> table, float rounded) =>
        BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(rounded) << 19) + BitConverter.SingleToInt32Bits(Lookup(table, rounded)));

    /// <summary>The float whose bits a table has at the lowest four bits of another.</summary>
    internal static float Lookup(ReadOnlySpan<int> table, float index) => BitConverter.Int32BitsToSingle(table[BitConverter.SingleToInt32Bits(index) & 15]);

    /// <summary>The first factor of each multiply-add is one that is not needed again: the JIT overwrites that one, and would copy another first.</summary>
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

    /// <summary>−t and s of −x: eˣ without an operation that negates.</summary>
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

    /// <summary>The table is constant data of the assembly, which never moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Lookup<S, V>(ReadOnlySpan<int> table, V index)
        where S : struct, ISimd<V>
        where V : struct => S.Lookup16((int*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(table)), index);
}
