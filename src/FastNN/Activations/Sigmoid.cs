using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// σ(x) = 1/(1 + e⁻ˣ) and its derivative. With i = round(−16·x·log₂e) and t = x + i·(ln 2)/16, so that |t| ≤ (ln 2)/32:
/// <code>σ(x) = 2⁻⁶⁴ / (2⁻⁶⁴ + s + s·t·q(t)),   s = 2^(i/16 − 64),   e⁻ᵗ ≈ 1 + t·q(t)</code>
/// s comes from a table of the sixteen 2^(k/16); scaling by 2⁻⁶⁴ keeps it a normal number for every x in [−104, 40], outside of which
/// σ rounds to 0 or 1, and leaves the rounding into the subnormals to the division alone. q is the quadratic of least relative error,
/// 0.08·2⁻²⁴ once its coefficients are floats. Without the table q has degree 5 and costs a third more: 14.4 cycles for 16 floats on
/// Zen 4 where this takes 10.9 one vector after the other, of which the division alone needs 6.
/// At most 2.47 ULP over all 2³² floats; tests sweep them against 1/(1 + exp(−x)) in double precision.
/// ±0 → ½, +∞ → 1, −∞ → 0, NaN → NaN.
/// </summary>
internal readonly unsafe struct Sigmoid : IActivation
{
    /// <summary>From here down, σ rounds to 0.</summary>
    internal const float Lowest = -104f;

    /// <summary>From here up, σ rounds to 1 (it does from 17.4 on; 40 keeps s normal).</summary>
    internal const float Highest = 40f;

    internal const float Minus16Log2E = -23.0831203f;

    /// <summary>Adding 1.5·2²³ rounds to an integer and leaves it in the lowest bits.</summary>
    internal const float Rounder = 12582912f;

    /// <summary>(ln 2)/16 in two floats: i·High + x is exact.</summary>
    internal const float Ln2Over16High = 0.0433216989f;
    internal const float Ln2Over16Low = -1.19040888e-10f;

    internal const float Q0 = -1f;
    internal const float Q1 = 0.50001961f;
    internal const float Q2 = -0.167124495f;

    internal const float One = 5.42101086e-20f; // 2⁻⁶⁴

    /// <summary>The bits of 2^(k/16 − 64) less k·2¹⁹, so that adding i·2¹⁹ for i ≡ k (mod 16) gives the bits of 2^(i/16 − 64).</summary>
    internal static ReadOnlySpan<int> PowersOfTwo =>
    [
        0x1F800000, 0x1F7DAAC3, 0x1F7B95C2, 0x1F79C3D3, 0x1F7837F0, 0x1F76F532, 0x1F75FED7, 0x1F75583F,
        0x1F7504F3, 0x1F7508A4, 0x1F75672A, 0x1F76248C, 0x1F7744FD, 0x1F78CCDF, 0x1F7AC0C7, 0x1F7D257D,
    ];

    public static double MaxUlp => 2.5;

    public static double MaxSlopeError => 3;

    public static bool HasHalves => true;

    public static double Exact(double z) => 1 / (1 + Math.Exp(-z));

    public static double ExactSlope(double z) => Exact(z) * Exact(-z);

    public static float Value(float z)
    {
        z = Lowest > z ? Lowest : z;
        z = Highest < z ? Highest : z;
        float rounded = MathF.FusedMultiplyAdd(z, Minus16Log2E, Rounder);
        float i = rounded - Rounder;
        float t = MathF.FusedMultiplyAdd(i, Ln2Over16High, z);
        t = MathF.FusedMultiplyAdd(i, Ln2Over16Low, t);
        int bits = BitConverter.SingleToInt32Bits(rounded);
        float s = BitConverter.Int32BitsToSingle((bits << 19) + PowersOfTwo[bits & 15]);
        float q = MathF.FusedMultiplyAdd(t, MathF.FusedMultiplyAdd(t, Q2, Q1), Q0);
        return One / (s + MathF.FusedMultiplyAdd(t * s, q, One));
    }

    /// <summary>σ′ = a(1 − a).</summary>
    public static float Slope(float kept) => kept * (1f - kept);

    /// <summary>
    /// t and s. Both halves are 15 operations, of which seven multiply and one divides. On Zen 4 those share two pipes, (7·2 + 6)/2 = 10 cycles for
    /// 16 lanes. The first factor of each multiply-add is one that is not needed again: the JIT overwrites that one, and would copy another first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin<S, V>(V z, out V t, out V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        z = S.Min(S.Broadcast(Highest), S.Max(S.Broadcast(Lowest), z));
        V rounded = S.MultiplyAdd(S.Broadcast(Minus16Log2E), z, S.Broadcast(Rounder));
        V i = S.Subtract(rounded, S.Broadcast(Rounder));
        t = S.MultiplyAdd(S.Broadcast(Ln2Over16High), i, z);
        t = S.MultiplyAdd(S.Broadcast(Ln2Over16Low), i, t);
        var table = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(PowersOfTwo)); // constant data of the assembly never moves
        s = S.AddBits(S.ShiftBitsLeft(rounded, 19), S.Lookup16(table, rounded));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V End<S, V>(V z, V t, V s)
        where S : struct, ISimd<V>
        where V : struct
    {
        V q = S.MultiplyAdd(S.Broadcast(Q2), t, S.Broadcast(Q1));
        q = S.MultiplyAdd(q, t, S.Broadcast(Q0));
        V one = S.Broadcast(One);
        return S.Divide(one, S.Add(S.MultiplyAdd(S.Multiply(t, s), q, one), s));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V kept)
        where S : struct, ISimd<V>
        where V : struct => S.Multiply(kept, S.Subtract(S.Broadcast(1f), kept));
}

public abstract partial class Activation
{
    /// <summary>σ(z) = 1/(1 + e⁻ᶻ), between 0 and 1; σ′ = a(1 − a).</summary>
    public static Activation Sigmoid { get; } = new Elementwise<Sigmoid>(nameof(Sigmoid));
}
