using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// What the micro-kernels for batches share: R rows of sums, one to six, with N vectors each, one or two. All are in registers. The first
/// vectors are z0 to z5. The second vectors are u0 to u5.
/// </summary>
internal static unsafe class Accumulators
{
    /// <summary>
    /// Four terms one after the other. So the loop around them costs little beside 48 multiply-adds. A processor that takes four
    /// instructions in a cycle needs this, and so does one whose other thread is busy. The terms follow each other in x. Their weights are
    /// at the places k, k + step, k + 2·step and k + 3·step of each row.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddFourTerms<S, V, N, R, TFetches>(
        float* x, float* w0, float* w1, float* w2, float* w3, float* w4, float* w5, nint k, nint step,
        ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5, ref V u0, ref V u1, ref V u2, ref V u3, ref V u4, ref V u5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
        where TFetches : struct, IConst
    {
        nint k1 = k + step, k2 = k1 + step, k3 = k2 + step;
        AddTerm<S, V, N, R, TFetches>(
            x, w0, w1, w2, w3, w4, w5, k,
            ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        AddTerm<S, V, N, R, TFetches>(
            x + N.Value * S.Count, w0, w1, w2, w3, w4, w5, k1,
            ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        AddTerm<S, V, N, R, TFetches>(
            x + 2 * N.Value * S.Count, w0, w1, w2, w3, w4, w5, k2,
            ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        AddTerm<S, V, N, R, TFetches>(
            x + 3 * N.Value * S.Count, w0, w1, w2, w3, w4, w5, k3,
            ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
    }

    /// <summary>
    /// z_r += w_r[k]·x for one term. u_r are the second vectors. The columns of W after these are fetched, if TFetches says so.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddTerm<S, V, N, R, TFetches>(
        float* x, float* w0, float* w1, float* w2, float* w3, float* w4, float* w5, nint k,
        ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5, ref V u0, ref V u1, ref V u2, ref V u3, ref V u4, ref V u5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
        where TFetches : struct, IConst
    {
        if (TFetches.Value != 0) Prefetch.Line(w0 + k + Caches.LineFloats);
        V x0 = S.Load(x), x1 = x0;
        if (N.Value > 1) x1 = S.Load(x + S.Count);
        Add<S, V, N>(w0, k, x0, x1, ref z0, ref u0);
        if (R.Value > 1) Add<S, V, N>(w1, k, x0, x1, ref z1, ref u1);
        if (R.Value > 2) Add<S, V, N>(w2, k, x0, x1, ref z2, ref u2);
        if (R.Value > 3) Add<S, V, N>(w3, k, x0, x1, ref z3, ref u3);
        if (R.Value > 4) Add<S, V, N>(w4, k, x0, x1, ref z4, ref u4);
        if (R.Value > 5) Add<S, V, N>(w5, k, x0, x1, ref z5, ref u5);
    }

    /// <summary>z += w_k·x0, and u += w_k·x1 for the second vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add<S, V, N>(float* w, nint k, V x0, V x1, ref V z, ref V u)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        V weight = S.Factor(w[k]);
        z = S.MultiplyAddFactor(x0, weight, z);
        if (N.Value > 1) u = S.MultiplyAddFactor(x1, weight, u);
    }

    /// <summary>z_r += w0·x_r[j] for one input j, and u_r += w1·x_r[j] for the second vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddToEach<S, V, N, R>(
        V w0, V w1, float* x0, float* x1, float* x2, float* x3, float* x4, float* x5, nint j,
        ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5, ref V u0, ref V u1, ref V u2, ref V u3, ref V u4, ref V u5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        Add<S, V, N>(x0, j, w0, w1, ref z0, ref u0);
        if (R.Value > 1) Add<S, V, N>(x1, j, w0, w1, ref z1, ref u1);
        if (R.Value > 2) Add<S, V, N>(x2, j, w0, w1, ref z2, ref u2);
        if (R.Value > 3) Add<S, V, N>(x3, j, w0, w1, ref z3, ref u3);
        if (R.Value > 4) Add<S, V, N>(x4, j, w0, w1, ref z4, ref u4);
        if (R.Value > 5) Add<S, V, N>(x5, j, w0, w1, ref z5, ref u5);
    }

    /// <summary>One row of N vectors. If there is a rest, only the lanes of the mask are loaded in the last vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Load<S, V, N, TRest>(float* from, V mask, out V first, out V second)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
    {
        first = N.Value == 1 && TRest.Value != 0 ? S.LoadFirst(from, mask) : S.Load(from);
        second = N.Value == 1 ? first : TRest.Value != 0 ? S.LoadFirst(from + S.Count, mask) : S.Load(from + S.Count);
    }

    /// <summary>The same to memory. If there is a rest, it is <paramref name="last"/> lanes of the last vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<S, V, N, TRest>(V first, V second, float* to, int last)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
    {
        if (N.Value > 1) S.Store(first, to);
        if (TRest.Value != 0) S.StoreFirst(N.Value > 1 ? second : first, to + (N.Value - 1) * S.Count, last);
        else S.Store(second, to + S.Count);
    }

    /// <summary>One vector of each of R rows, <paramref name="tile"/> floats apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Load<S, V, R>(float* z, nint tile, ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        z0 = S.Load(z);
        if (R.Value > 1) z1 = S.Load(z + tile);
        if (R.Value > 2) z2 = S.Load(z + 2 * tile);
        if (R.Value > 3) z3 = S.Load(z + 3 * tile);
        if (R.Value > 4) z4 = S.Load(z + 4 * tile);
        if (R.Value > 5) z5 = S.Load(z + 5 * tile);
    }

    /// <summary>The same to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<S, V, R>(float* z, nint tile, V z0, V z1, V z2, V z3, V z4, V z5)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        S.Store(z0, z);
        if (R.Value > 1) S.Store(z1, z + tile);
        if (R.Value > 2) S.Store(z2, z + 2 * tile);
        if (R.Value > 3) S.Store(z3, z + 3 * tile);
        if (R.Value > 4) S.Store(z4, z + 4 * tile);
        if (R.Value > 5) S.Store(z5, z + 5 * tile);
    }

    /// <summary>z ← fma(z, f′, 0) for one vector of each of R rows. This turns a negative zero into +0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplySlopes<S, V, A, R>(
        float* kept, nint tile, ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where R : struct, IConst
    {
        V zero = S.Broadcast(0f);
        z0 = S.MultiplyAdd(z0, A.Slope<S, V>(S.Load(kept)), zero);
        if (R.Value > 1) z1 = S.MultiplyAdd(z1, A.Slope<S, V>(S.Load(kept + tile)), zero);
        if (R.Value > 2) z2 = S.MultiplyAdd(z2, A.Slope<S, V>(S.Load(kept + 2 * tile)), zero);
        if (R.Value > 3) z3 = S.MultiplyAdd(z3, A.Slope<S, V>(S.Load(kept + 3 * tile)), zero);
        if (R.Value > 4) z4 = S.MultiplyAdd(z4, A.Slope<S, V>(S.Load(kept + 4 * tile)), zero);
        if (R.Value > 5) z5 = S.MultiplyAdd(z5, A.Slope<S, V>(S.Load(kept + 5 * tile)), zero);
    }
}
