using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// One layer that is not narrow on samples in rows, as the user has them: y_i[s] = b_i + Σ_j w_ij·x_j[s], x [samples][inputs],
/// W [inputs, outputs], y [samples][outputs]. Outputs lie in the lanes and every sum is one chain in ascending order. Two vectors of outputs by six
/// samples stay in registers, one input is broadcast at a time, and so a row of W is read once for six samples. Meanwhile the inputs of the next six
/// samples are fetched, six floats a turn (2048-64 with 1024 samples: 97 instead of 94 % of the peak), or, where W exceeds L2, the next two vectors of each
/// row of W.
/// </summary>
internal static unsafe class RowForward
{
    private const int MaxRows = 6, L2Floats = 1024 * 1024 / sizeof(float);

    /// <summary>
    /// Whether some samples are better taken together than one by one, which reads W from end to end for each, but so that the processor foresees it. The
    /// more W exceeds L2, the more samples it takes: 784-512 from 3 on (6 in 0.42 of the time), 1024-1024 from 8 on (12 in 0.44).
    /// </summary>
    internal static bool Suits(int inputs, int outputs, int samples)
    {
        const long halfOfL2 = L2Floats / 2;
        long weights = (long)inputs * outputs;
        return inputs >= 8 && !DenseForward.IsNarrow(inputs, outputs) && samples > 1 && (weights <= L2Floats || samples >= weights / halfOfL2);
    }

    /// <summary>
    /// Whether the first layer of a network takes any number of samples better in rows than in tiles: where that saves to turn more inputs than
    /// outputs, and no lane stays empty. 784-128 reaches 97 % of the peak, in tiles 93 %; 2048-64 97 and 80 %. But 784-100 85 and 91 %.
    /// </summary>
    internal static bool SuitsFirst(int inputs, int outputs) =>
        inputs > outputs && outputs % Padding.Lanes == 0 && (long)inputs * outputs <= L2Floats && Suits(inputs, outputs, samples: 2);

    /// <param name="x">Inputs of the first sample.</param>
    /// <param name="xStride">Floats from there to those of the second.</param>
    /// <param name="samples">At least 1.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the sums of the first sample.</param>
    /// <param name="yStride">Floats from there to those of the second.</param>
    /// <param name="outputs">Columns of W.</param>
    internal static void Run<S, V>(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (int i = 0; i < outputs; i += 2 * S.Count)
        {
            int s = 0, rest = outputs - i;
            for (int blocks = (samples + MaxRows - 1) / MaxRows; blocks > 0; blocks--)
            {
                int rows = (samples - s + blocks - 1) / blocks;
                float* xs = x + s * xStride, ys = y + s * yStride + i;
                if (rest >= 2 * S.Count) Rows<S, V, Const.Two, Const.No>(rows, xs, xStride, inputs, w + i, b + i, ys, yStride, outputs, S.Count);
                else if (rest > S.Count) Rows<S, V, Const.Two, Const.Yes>(rows, xs, xStride, inputs, w + i, b + i, ys, yStride, outputs, rest - S.Count);
                else Rows<S, V, Const.One, Const.Yes>(rows, xs, xStride, inputs, w + i, b + i, ys, yStride, outputs, rest);
                s += rows;
            }
        }
    }

    private static void Rows<S, V, C, TRest>(
        int rows, float* x, nint xStride, int inputs, float* w, float* b, float* y, nint yStride, int outputs, int last)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where TRest : struct, IConst
    {
        switch (rows)
        {
            case 1: Block<S, V, C, TRest, Const.One>(x, xStride, inputs, w, b, y, yStride, outputs, last); break;
            case 2: Block<S, V, C, TRest, Const.Two>(x, xStride, inputs, w, b, y, yStride, outputs, last); break;
            case 3: Block<S, V, C, TRest, Const.Three>(x, xStride, inputs, w, b, y, yStride, outputs, last); break;
            case 4: Block<S, V, C, TRest, Const.Four>(x, xStride, inputs, w, b, y, yStride, outputs, last); break;
            case 5: Block<S, V, C, TRest, Const.Five>(x, xStride, inputs, w, b, y, yStride, outputs, last); break;
            default: Block<S, V, C, TRest, Const.Six>(x, xStride, inputs, w, b, y, yStride, outputs, last); break;
        }
    }

    /// <summary>The sums of R samples and C vectors of outputs, of the last of which, if there is a rest, only so many lanes count.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block<S, V, C, TRest, R>(
        float* x, nint xStride, int inputs, float* w, float* b, float* y, nint yStride, int outputs, int last)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where TRest : struct, IConst
        where R : struct, IConst
    {
        V mask = S.First(last);
        Load<S, V, C, TRest>(b, mask, out V z0, out V u0); // the first and the second vectors
        V z1 = z0, z2 = z0, z3 = z0, z4 = z0, z5 = z0, u1 = u0, u2 = u0, u3 = u0, u4 = u0, u5 = u0;
        float* x1 = x + xStride, x2 = x1 + xStride, x3 = x2 + xStride, x4 = x3 + xStride, x5 = x4 + xStride, next = x + R.Value * xStride;
        nint j = 0;
        if ((long)inputs * outputs > L2Floats)
        {
            for (; j < inputs; j++, w += outputs)
            {
                Cache.Prefetch(w + C.Value * S.Count);
                if (C.Value * S.Count > Padding.Lanes) Cache.Prefetch(w + 3 * Padding.Lanes);
                Turn<S, V, C, TRest, R>(w, mask, x + j, x1 + j, x2 + j, x3 + j, x4 + j, x5 + j, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            }
        }

        for (; j < inputs; j++, w += outputs, next += R.Value)
        {
            Cache.Prefetch(next);
            Turn<S, V, C, TRest, R>(w, mask, x + j, x1 + j, x2 + j, x3 + j, x4 + j, x5 + j, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        // Without a call: the JIT would keep the sums in memory from there back to the loop.
        Store<S, V, C, TRest>(z0, u0, y, last);
        if (R.Value > 1) Store<S, V, C, TRest>(z1, u1, y + yStride, last);
        if (R.Value > 2) Store<S, V, C, TRest>(z2, u2, y + 2 * yStride, last);
        if (R.Value > 3) Store<S, V, C, TRest>(z3, u3, y + 3 * yStride, last);
        if (R.Value > 4) Store<S, V, C, TRest>(z4, u4, y + 4 * yStride, last);
        if (R.Value > 5) Store<S, V, C, TRest>(z5, u5, y + 5 * yStride, last);
    }

    /// <summary>z_r += w·x_r for one input, u_r for the second vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<S, V, C, TRest, R>(
        float* w, V mask, float* x0, float* x1, float* x2, float* x3, float* x4, float* x5,
        ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5, ref V u0, ref V u1, ref V u2, ref V u3, ref V u4, ref V u5)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where TRest : struct, IConst
        where R : struct, IConst
    {
        Load<S, V, C, TRest>(w, mask, out V w0, out V w1);
        TileProduct.Add<S, V, C>(x0, w0, w1, ref z0, ref u0);
        if (R.Value > 1) TileProduct.Add<S, V, C>(x1, w0, w1, ref z1, ref u1);
        if (R.Value > 2) TileProduct.Add<S, V, C>(x2, w0, w1, ref z2, ref u2);
        if (R.Value > 3) TileProduct.Add<S, V, C>(x3, w0, w1, ref z3, ref u3);
        if (R.Value > 4) TileProduct.Add<S, V, C>(x4, w0, w1, ref z4, ref u4);
        if (R.Value > 5) TileProduct.Add<S, V, C>(x5, w0, w1, ref z5, ref u5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Load<S, V, C, TRest>(float* from, V mask, out V first, out V second)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where TRest : struct, IConst
    {
        first = C.Value == 1 && TRest.Value != 0 ? S.LoadFirst(from, mask) : S.Load(from);
        second = C.Value == 1 ? first : TRest.Value != 0 ? S.LoadFirst(from + S.Count, mask) : S.Load(from + S.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<S, V, C, TRest>(V first, V second, float* to, int last)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where TRest : struct, IConst
    {
        if (C.Value > 1) S.Store(first, to);
        if (TRest.Value != 0) S.StoreFirst(C.Value > 1 ? second : first, to + (C.Value - 1) * S.Count, last);
        else S.Store(second, to + S.Count);
    }
}
