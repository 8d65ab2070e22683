using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastNN.Simd;

/// <summary>The vocabulary for vectors of doubles. Each method acts on each lane by itself, and is at most one IEEE operation.</summary>
/// <typeparam name="V">The vector type, <see cref="Count"/> doubles wide.</typeparam>
internal unsafe interface ISimdDouble<V>
    where V : struct
{
    /// <summary>Lanes in a vector: a constant for the JIT.</summary>
    static abstract int Count { get; }

    static abstract V Broadcast(double value);

    static abstract V Load(double* source);

    static abstract void Store(V value, double* target);

    /// <summary>c − a·b, rounded once.</summary>
    static abstract V SubtractProduct(V a, V b, V c);
}

/// <summary>Four doubles. Where no register is as wide, .NET splits the vector.</summary>
internal readonly unsafe struct SimdDouble256 : ISimdDouble<Vector256<double>>
{
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Broadcast(double value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(double* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<double> value, double* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> SubtractProduct(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.IsSupported ? Fma.MultiplyAddNegated(a, b, c) : Vector256.FusedMultiplyAdd(-a, b, c);
}

/// <summary>Eight doubles, with AVX-512.</summary>
internal readonly unsafe struct SimdDouble512 : ISimdDouble<Vector512<double>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Broadcast(double value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(double* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<double> value, double* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SubtractProduct(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.FusedMultiplyAddNegated(a, b, c);
}
