using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Sample;

/// <summary>
/// The delta of the layer before, for one sample: δ⁻_j = f′_j·Σ_i w_ij·δ_i. The sums and the bits are those of
/// <see cref="DenseBackward{S, V, A, TAction}"/>, but there is no gradient, and nothing is padded.
/// <para>
/// A block has as many rows of W as a vector has lanes. So δ⁻ is written in whole vectors, as the next layer reads it: a load that is wider
/// than the stores before it must wait for the cache. Rows that do not fill a block take narrower vectors. The last block may overlap the
/// one before: both give the same δ⁻. Each sum has sixteen lanes (<see cref="VirtualLanes"/>). Four vectors hold the lanes of some rows:
/// four rows at 512 bits, two at 256, one at 128. Lanes of many rows are folded together, with a third of the instructions.
/// </para>
/// </summary>
internal static unsafe class BackwardDelta
{
    private const int Quad = 4;

    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="a">The layer's inputs. f′ of the layer before is computed from them.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="delta">δ.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="inputDelta">Receives δ⁻.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Compute<S, V, A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        if (inputs < Quad)
        {
            FewRows<A>(w, a, inputs, delta, outputs, inputDelta);
            return;
        }

        int done = 0;
        if (S.Count > 8) done = Whole<S, V, A>(w, a, done, inputs, delta, outputs, inputDelta);
        if (S.Count > 4 && done < inputs) done = Whole<Simd256, Vector256<float>, A>(w, a, done, inputs, delta, outputs, inputDelta);
        if (done < inputs) Rows<Simd128, Vector128<float>, A>(w, a, done, inputs, delta, outputs, inputDelta);
    }

    /// <summary>
    /// Rows from <paramref name="from"/> on that fill blocks. More rows than half a block are a block, too. The result is the first row
    /// that is left.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Whole<S, V, A>(float* w, float* a, int from, int inputs, float* delta, int outputs, float* inputDelta)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        int rest = (inputs - from) & (S.Count - 1), to = rest > S.Count / 2 ? inputs : inputs - rest;
        if (inputs < S.Count || to == from) return from;

        Rows<S, V, A>(w, a, from, to, delta, outputs, inputDelta);
        return to;
    }

    /// <summary>Rows from..to. The last block may begin before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<S, V, A>(float* w, float* a, int from, int to, float* delta, int outputs, float* inputDelta)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        if (outputs <= Quad) NarrowRows<S, V, A>(w, a, from, to, delta, outputs, inputDelta);
        else if (outputs % VirtualLanes.Count == 0) Blocks<S, V, A, Const.No>(w, a, from, to, delta, outputs, inputDelta);
        else Blocks<S, V, A, Const.Yes>(w, a, from, to, delta, outputs, inputDelta);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Blocks<S, V, A, TRest>(
        float* w, float* a, int from, int to, float* delta, int outputs, float* inputDelta)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where TRest : struct, IConst
    {
        nint row = outputs, rows = Quad * row;
        int rest = outputs % VirtualLanes.Count;
        V m0 = S.First(rest), m1 = S.First(rest - S.Count), m2 = S.First(rest - 2 * S.Count), m3 = S.First(rest - 3 * S.Count);
        for (int j = Math.Min(from, to - S.Count); ; j = Math.Min(j + S.Count, to - S.Count))
        {
            float* first = w + j * row;
            V sums0 = Sum<S, V, TRest>(first, rows, delta, outputs, m0, m1, m2, m3);
            V sums1 = Sum<S, V, TRest>(first + row, rows, delta, outputs, m0, m1, m2, m3);
            V sums2 = Sum<S, V, TRest>(first + 2 * row, rows, delta, outputs, m0, m1, m2, m3);
            V sums3 = Sum<S, V, TRest>(first + 3 * row, rows, delta, outputs, m0, m1, m2, m3);
            End<S, V, A>(S.SumEach(sums0, sums1, sums2, sums3), a + j, inputDelta + j);
            if (j == to - S.Count) break;
        }
    }

    /// <summary>
    /// At most four outputs. Of the sixteen lanes only four have terms: the others would change nothing but the sign of a zero. The rows
    /// are copied to where each has four floats.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void NarrowRows<S, V, A>(
        float* w, float* a, int from, int to, float* delta, int outputs, float* inputDelta)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        float* quads = stackalloc float[VirtualLanes.Count * Quad];
        Vector128<float> mask = Simd128.First(outputs);
        Simd128.Store(Simd128.LoadFirst(delta, mask), quads);
        V d = S.LoadQuads(quads, 0), zero = S.Broadcast(0f);
        for (int j = Math.Min(from, to - S.Count); ; j = Math.Min(j + S.Count, to - S.Count))
        {
            float* row = w + j * (nint)outputs;
            for (int r = 0; r < S.Count; r++, row += outputs) Simd128.Store(Simd128.LoadFirst(row, mask), quads + r * Quad);
            V sums0 = S.MultiplyAdd(S.LoadQuads(quads, Quad * Quad), d, zero);
            V sums1 = S.MultiplyAdd(S.LoadQuads(quads + Quad, Quad * Quad), d, zero);
            V sums2 = S.MultiplyAdd(S.LoadQuads(quads + 2 * Quad, Quad * Quad), d, zero);
            V sums3 = S.MultiplyAdd(S.LoadQuads(quads + 3 * Quad, Quad * Quad), d, zero);
            End<S, V, A>(S.SumEach(sums0, sums1, sums2, sums3), a + j, inputDelta + j);
            if (j == to - S.Count) break;
        }
    }

    /// <summary>Fewer than four rows. The last one stands in for those that are not there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FewRows<A>(float* w, float* a, int rows, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        int rest = outputs % VirtualLanes.Count;
        Vector128<float> m0 = Simd128.First(rest), m1 = Simd128.First(rest - 4);
        Vector128<float> m2 = Simd128.First(rest - 8), m3 = Simd128.First(rest - 12);
        float* w2 = w + (rows - 1) * (nint)outputs, w1 = rows > 1 ? w + outputs : w;
        Vector128<float> sums0 = Sum<Simd128, Vector128<float>, Const.Yes>(w, 0, delta, outputs, m0, m1, m2, m3);
        Vector128<float> sums1 = Sum<Simd128, Vector128<float>, Const.Yes>(w1, 0, delta, outputs, m0, m1, m2, m3);
        Vector128<float> sums2 = Sum<Simd128, Vector128<float>, Const.Yes>(w2, 0, delta, outputs, m0, m1, m2, m3);
        Vector128<float> slope = A.Slope<Simd128, Vector128<float>>(Simd128.LoadFirst(a, Simd128.First(rows)));
        Vector128<float> sums = Simd128.SumEach(sums0, sums1, sums2, sums2);
        Simd128.StoreFirst(Simd128.MultiplyAdd(sums, slope, Vector128<float>.Zero), inputDelta, rows);
    }

    /// <summary>
    /// The products of some rows with δ, <paramref name="stride"/> floats apart, summed in sixteen lanes each, and folded to four. If there
    /// is a rest, the last sixteen columns are not all there. Then the masks say which lanes of a row are, vector by vector.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum<S, V, TRest>(float* w, nint stride, float* delta, int outputs, V m0, V m1, V m2, V m3)
        where S : struct, ISimd<V>
        where V : struct
        where TRest : struct, IConst
    {
        // The places of the four vectors: their rows, and their lanes in a row.
        int at1 = S.Count % VirtualLanes.Count, at2 = 2 * S.Count % VirtualLanes.Count, at3 = 3 * S.Count % VirtualLanes.Count;
        float* w1 = w + S.Count / VirtualLanes.Count * stride + at1, w2 = w + 2 * S.Count / VirtualLanes.Count * stride + at2;
        float* w3 = w + 3 * S.Count / VirtualLanes.Count * stride + at3;
        V sum0 = S.Broadcast(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        nint i = 0;
        for (; i <= outputs - VirtualLanes.Count; i += VirtualLanes.Count)
        {
            sum0 = S.MultiplyAdd(S.Load(w + i), S.Load(delta + i), sum0);
            sum1 = S.MultiplyAdd(S.Load(w1 + i), S.Load(delta + i + at1), sum1);
            sum2 = S.MultiplyAdd(S.Load(w2 + i), S.Load(delta + i + at2), sum2);
            sum3 = S.MultiplyAdd(S.Load(w3 + i), S.Load(delta + i + at3), sum3);
        }

        if (TRest.Value != 0)
        {
            // At 512 bits a row has one vector, at 256 bits two.
            V mask1 = S.Count == 16 ? m0 : m1, mask2 = S.Count == 4 ? m2 : m0, mask3 = S.Count == 4 ? m3 : mask1;
            V d0 = S.LoadFirst(delta + i, m0), d1 = S.Count == 16 ? d0 : S.LoadFirst(delta + i + at1, mask1);
            V d2 = S.Count == 4 ? S.LoadFirst(delta + i + at2, mask2) : d0, d3 = S.Count == 4 ? S.LoadFirst(delta + i + at3, mask3) : d1;
            sum0 = S.MultiplyAdd(S.LoadFirst(w + i, m0), d0, sum0);
            sum1 = S.MultiplyAdd(S.LoadFirst(w1 + i, mask1), d1, sum1);
            sum2 = S.MultiplyAdd(S.LoadFirst(w2 + i, mask2), d2, sum2);
            sum3 = S.MultiplyAdd(S.LoadFirst(w3 + i, mask3), d3, sum3);
        }

        return S.FoldRows(sum0, sum1, sum2, sum3);
    }

    /// <summary>δ⁻ = fma(sum, f′, 0). This turns a negative zero into +0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End<S, V, A>(V sums, float* a, float* inputDelta)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation =>
        S.Store(S.MultiplyAdd(sums, A.Slope<S, V>(S.Load(a)), S.Broadcast(0f)), inputDelta);
}
