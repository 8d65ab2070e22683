using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// One layer that is not narrow, two to four samples, which stay in rows: y_i[s] = σ(b_i + Σ_j w_ij·x_j[s]), x [samples][inputs],
/// W [inputs, outputs], y [samples][outputs]. Outputs lie in the lanes, two vectors of them by four samples in registers, so W is read once for
/// four samples, and not once for each. For so few samples the lanes of a tile would stay empty. Weights beyond the L2 cache are better read
/// end to end, sample by sample (<see cref="Suits"/>): two vectors of each row, from 1024-1024, took twice as long.
/// </summary>
internal static unsafe class FewForward
{
    /// <summary>The most samples.</summary>
    internal const int MaxSamples = 4;

    /// <summary>Whether a layer is better taken by this than sample by sample.</summary>
    internal static bool Suits(int inputs, int outputs)
    {
        const long l2Floats = 1024 * 1024 / sizeof(float);
        return inputs >= 8 && !DenseForward.IsNarrow(inputs, outputs) && (long)inputs * outputs <= l2Floats;
    }

    /// <param name="x">Inputs of the first sample.</param>
    /// <param name="xStride">Floats from there to those of the second.</param>
    /// <param name="samples">Two to four.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the outputs of the first sample.</param>
    /// <param name="yStride">Floats from there to those of the second.</param>
    /// <param name="outputs">Columns of W.</param>
    internal static void Run<S, V>(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (int i = 0; i < outputs; i += 2 * S.Count)
        {
            int rest = outputs - i;
            switch (samples)
            {
                case 2: Block<S, V, Const.Two>(x, xStride, inputs, w + i, b + i, y + i, yStride, outputs, rest); break;
                case 3: Block<S, V, Const.Three>(x, xStride, inputs, w + i, b + i, y + i, yStride, outputs, rest); break;
                default: Block<S, V, Const.Four>(x, xStride, inputs, w + i, b + i, y + i, yStride, outputs, rest); break;
            }
        }

        for (; samples > 0; samples--, y += yStride) SigmoidSpan.Run<S, V>(y, y, outputs);
    }

    /// <summary>The sums of two vectors of outputs, of which as many lanes as are left count.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block<S, V, N>(float* x0, nint xStride, int inputs, float* w, float* b, float* y, nint yStride, int outputs, int rest)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        int lanes0 = Math.Min(S.Count, rest), lanes1 = Math.Clamp(rest - S.Count, 0, S.Count);
        V mask0 = S.First(lanes0), mask1 = S.First(lanes1);
        V z0 = S.LoadFirst(b, mask0), z1 = z0, z2 = z0, z3 = z0;
        V u0 = S.LoadFirst(b + S.Count, mask1), u1 = u0, u2 = u0, u3 = u0; // the second vectors
        float* x1 = x0 + xStride, x2 = N.Value > 2 ? x1 + xStride : x1, x3 = N.Value > 3 ? x2 + xStride : x2;
        for (nint j = 0; j < inputs; j++, w += outputs)
        {
            V w0 = S.LoadFirst(w, mask0), w1 = S.LoadFirst(w + S.Count, mask1);
            Add<S, V>(w0, w1, x0[j], ref z0, ref u0);
            Add<S, V>(w0, w1, x1[j], ref z1, ref u1);
            if (N.Value > 2) Add<S, V>(w0, w1, x2[j], ref z2, ref u2);
            if (N.Value > 3) Add<S, V>(w0, w1, x3[j], ref z3, ref u3);
        }

        // Without a call: the JIT would keep the sums in memory from there back to the loop.
        Store<S, V>(z0, u0, y, lanes0, lanes1);
        Store<S, V>(z1, u1, y + yStride, lanes0, lanes1);
        if (N.Value > 2) Store<S, V>(z2, u2, y + 2 * yStride, lanes0, lanes1);
        if (N.Value > 3) Store<S, V>(z3, u3, y + 3 * yStride, lanes0, lanes1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V>(V w0, V w1, float x, ref V z, ref V u)
        where S : struct, ISimd<V>
        where V : struct
    {
        V xj = S.Broadcast(x);
        z = S.MultiplyAdd(w0, xj, z);
        u = S.MultiplyAdd(w1, xj, u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V>(V z, V u, float* y, int lanes0, int lanes1)
        where S : struct, ISimd<V>
        where V : struct
    {
        S.StoreFirst(z, y, lanes0);
        S.StoreFirst(u, y + S.Count, lanes1);
    }
}
