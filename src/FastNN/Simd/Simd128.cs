using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FastNN.Simd;

/// <summary>
/// 4 lanes: any processor with vectors of 128 bits, x64 or Arm. Old processors have no fused multiply-add, and NativeAOT programs that are
/// compiled for the default target do not use it. Then it is computed in double precision: slowly, but with the same bits.
/// </summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static int Count => 4;

    public static int Registers => Avx512F.VL.IsSupported || AdvSimd.IsSupported ? 32 : 16;

    /// <summary>
    /// Only for reports. <see cref="MultiplyAdd"/> does not ask it: if it did, the JIT would take each result to memory and back, and
    /// 2-4-3-2 forward would take 40 ns instead of 17.
    /// </summary>
    internal static bool HasFusedMultiplyAdd => Fma.IsSupported || AdvSimd.IsSupported;

    public static bool HasMaskedLoads => Avx.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Factor(float value) =>
        AdvSimd.Arm64.IsSupported ? Vector128.CreateScalarUnsafe(value) : Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> First(int count) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFirst(float* source, Vector128<float> mask) =>
        Avx.IsSupported ? Avx.MaskLoad(source, mask) : LoadParts(source, -Vector128.Sum(mask.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Vector128<float> value, float* target, int count)
    {
        if (count == Count)
        {
            value.Store(target);
            return;
        }

        if ((count & 2) != 0)
        {
            *(double*)target = value.AsDouble().ToScalar(); // two floats at once; GetLower().Store would go through the stack
            value = UpperHalf(value);
            target += 2;
        }

        if ((count & 1) != 0) *target = value.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SquareRoot(Vector128<float> x) => Vector128.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Fma.IsSupported || AdvSimd.IsSupported ? Vector128.FusedMultiplyAdd(a, b, c) : MultiplyAddInDouble(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAddFactor(Vector128<float> a, Vector128<float> factor, Vector128<float> c) =>
        Fma.IsSupported ? Vector128.FusedMultiplyAdd(a, factor, c) : MultiplyAddFactorElsewhere(a, factor, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SubtractProduct(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Fma.IsSupported ? Fma.MultiplyAddNegated(a, b, c) : SubtractProductElsewhere(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> x) =>
        Sse.IsSupported ? Sse.Min(a, x) : Vector128.ConditionalSelect(Vector128.LessThan(a, x), a, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> x) =>
        Sse.IsSupported ? Sse.Max(a, x) : Vector128.ConditionalSelect(Vector128.GreaterThan(a, x), a, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Abs(Vector128<float> a) => Vector128.Abs(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> CopySign(Vector128<float> a, Vector128<float> b) => Vector128.CopySign(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Greater(Vector128<float> a, Vector128<float> b) => Vector128.GreaterThan(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> And(Vector128<float> a, Vector128<float> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Select(Vector128<float> mask, Vector128<float> a, Vector128<float> b) =>
        Vector128.ConditionalSelect(mask, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector128<float> value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FoldMax(Vector128<float> value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ShiftBitsLeft(Vector128<float> value, [ConstantExpected] byte count) =>
        Vector128.ShiftLeft(value.AsInt32(), count).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ShiftBitsRight(Vector128<float> value, [ConstantExpected] byte count) =>
        Vector128.ShiftRightLogical(value.AsInt32(), count).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddBits(Vector128<float> a, Vector128<float> b) => (a.AsInt32() + b.AsInt32()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Lookup16(int* table, Vector128<float> index)
    {
        if (Avx2.IsSupported) return Simd256.Lookup16(table, index.ToVector256Unsafe()).GetLower();

        Vector128<int> k = index.AsInt32() & Vector128.Create(15);
        if (!AdvSimd.Arm64.IsSupported) return Vector128.Create(table[k[0]], table[k[1]], table[k[2]], table[k[3]]).AsSingle();

        // One instruction takes bytes from four registers: 4·k + 0, 1, 2 and 3 for the number k.
        (Vector128<byte>, Vector128<byte>, Vector128<byte>, Vector128<byte>) rows;
        rows.Item1 = Vector128.Load((byte*)table);
        rows.Item2 = Vector128.Load((byte*)(table + 4));
        rows.Item3 = Vector128.Load((byte*)(table + 8));
        rows.Item4 = Vector128.Load((byte*)(table + 12));
        Vector128<int> places = AdvSimd.MultiplyAdd(Vector128.Create(0x03020100), k, Vector128.Create(0x04040404));
        return AdvSimd.Arm64.VectorTableLookup(rows, places.AsByte()).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadQuads(float* source, nint stride) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> UnpackLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> UnpackHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> UnpackLowPairs(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.MoveLowToHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a.AsDouble(), b.AsDouble()).AsSingle()
        : Vector128.Create(a.GetLower(), b.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> UnpackHighPairs(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.MoveHighToLow(b, a)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a.AsDouble(), b.AsDouble()).AsSingle()
        : Vector128.Create(a.GetUpper(), b.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FoldRows(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) =>
        (a + c) + (b + d);

    /// <summary>a·factors[lane] + c with one rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> MultiplyAddLane(
        Vector128<float> a, Vector128<float> factors, [ConstantExpected(Max = (byte)3)] byte lane, Vector128<float> c) =>
        AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c, a, factors, lane)
            : MultiplyAdd(a, BroadcastLane(factors, lane), c);

    /// <summary>One lane in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> BroadcastLane(Vector128<float> v, [ConstantExpected(Max = (byte)3)] byte lane) =>
        AdvSimd.IsSupported ? AdvSimd.DuplicateSelectedScalarToVector128(v, lane) : Vector128.Shuffle(v, Vector128.Create((int)lane));

    /// <summary>Lane k of the result is the sum of the lanes of the vector number k, (v₀ + v₂) + (v₁ + v₃).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEach(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        Vector128<float> ab = UnpackLowPairs(a, b) + UnpackHighPairs(a, b), cd = UnpackLowPairs(c, d) + UnpackHighPairs(c, d);
        return Sse.IsSupported
            ? Sse.Shuffle(ab, cd, 0b10_00_10_00) + Sse.Shuffle(ab, cd, 0b11_01_11_01)
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.AddPairwise(ab, cd)
            : Vector128.Create(ab[0] + ab[1], ab[2] + ab[3], cd[0] + cd[1], cd[2] + cd[3]);
    }

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Largest(Vector128<float> v)
    {
        v = Max(v, UpperHalf(v));
        return Max(v, BroadcastLane(v, 1)).ToScalar();
    }

    /// <summary>The sum of the lanes, (v₀ + v₂) + (v₁ + v₃).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Sum(Vector128<float> v) => v[0] + v[2] + (v[1] + v[3]);

    /// <summary>
    /// a·b + c with one rounding to float, computed in double precision. .NET would call the C library for every lane. Then training of
    /// 64-64-10 took 2.2 times the time of Scalar. Now it takes 0.8 times.
    /// </summary>
    internal static Vector128<float> MultiplyAddInDouble(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.Narrow(
        RoundToOdd(Vector128.WidenLower(a) * Vector128.WidenLower(b), Vector128.WidenLower(c)),
        RoundToOdd(Vector128.WidenUpper(a) * Vector128.WidenUpper(b), Vector128.WidenUpper(c)));

    /// <summary>
    /// x + y, rounded to odd: if the sum is not exact, the result is that neighbouring double whose last bit is 1. The result is then
    /// rounded once more, to float. That gives the same float as rounding the exact sum (Boldo, Melquiond: "Emulation of FMA and correctly
    /// rounded sums", 2008). The product of two floats is exact in double.
    /// </summary>
    private static Vector128<double> RoundToOdd(Vector128<double> x, Vector128<double> y)
    {
        Vector128<double> sum = x + y, fromY = sum - x;
        Vector128<double> error = (x - (sum - fromY)) + (y - fromY); // exact, by Knuth. It is NaN if the sum is not finite
        Vector128<long> bits = sum.AsInt64();
        Vector128<long> inexact = Vector128.GreaterThan(Vector128.Abs(error), Vector128<double>.Zero).AsInt64();
        Vector128<long> even = (bits & Vector128<long>.One) - Vector128<long>.One;
        Vector128<long> away = Vector128<long>.One - (((bits ^ error.AsInt64()) >>> 63) << 1); // +1 if the exact sum is larger in magnitude
        return (bits + (away & inexact & even)).AsDouble();
    }

    // What only some processors need is in methods of its own. The JIT counts all of a method that it inlines, and then inlines less.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> MultiplyAddFactorElsewhere(Vector128<float> a, Vector128<float> factor, Vector128<float> c) =>
        AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c, a, factor, 0)
            : MultiplyAddInDouble(a, factor, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> SubtractProductElsewhere(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        AdvSimd.IsSupported ? AdvSimd.FusedMultiplySubtract(c, a, b) : MultiplyAddInDouble(-a, b, c);

    /// <summary>The upper half of the lanes, twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> UpperHalf(Vector128<float> v) =>
        AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.DuplicateSelectedScalarToVector128(v.AsDouble(), 1).AsSingle()
            : Vector128.Shuffle(v, Vector128.Create(2, 3, 2, 3));

    /// <summary>
    /// It is inlined. On Arm64 a call saves no register for a vector, so that a kernel would keep its sums in memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> LoadParts(float* source, int count)
    {
        if (count == Count) return Vector128.Load(source);
        if (count < 2) return count == 0 ? Vector128<float>.Zero : Vector128.CreateScalar(*source);

        Vector128<float> two = Vector128.CreateScalar(*(double*)source).AsSingle();
        return count == 2 ? two : two.WithElement(2, source[2]);
    }
}
