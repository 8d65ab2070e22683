using System.Runtime.CompilerServices;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// One layer that is not narrow on samples in rows, as the user has them: y_i[s] = b_i + Σ_j w_ij·x_j[s], x [samples][inputs],
/// W [inputs, outputs], y [samples][outputs]. Outputs lie in the lanes and every sum is one chain in ascending order. Two vectors of outputs by six
/// samples stay in registers, one input is broadcast at a time, and so a row of W is read once for six samples. Meanwhile the inputs of the next six
/// samples are fetched, six floats a turn (2048-64 with 1024 samples: 97 instead of 94 % of the peak).
/// <para>
/// Where W exceeds L2, a panel of it, two vectors wide, jumps from row to row, through few sets of the caches if these are powers of two apart. So the first
/// six samples leave a copy of the panel to the others, and the last ones fetch the next panel, a line of each row a turn; some hundred inputs a pass, so that
/// both stay, the sums parked in y between passes (the chain merely continues through memory). 128 samples of 1024-1024 reach 91 % of the peak, 50 % without
/// copies; 64 samples 85 and 48 %; 64 of 1000-1000 88 and 86 %. Below that copies cost 1 to 5 %.
/// </para>
/// </summary>
internal static unsafe class RowGemm
{
    /// <param name="x">Inputs of the first sample.</param>
    /// <param name="xStride">Floats from there to those of the second.</param>
    /// <param name="samples">At least 1.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the sums of the first sample.</param>
    /// <param name="yStride">Floats from there to those of the second.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="blocks">How the work is divided.</param>
    internal static void Forward<S, V>(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs, RowBlocks blocks)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (blocks.Depth > 0) ForwardOnCopies<S, V>(x, xStride, samples, inputs, w, b, y, yStride, outputs, blocks.Depth);
        else Pass<S, V>(x, xStride, samples, inputs, w, b, y, yStride, outputs, null, blocks.Fetches);
    }

    [SkipLocalsInit]
    private static void ForwardOnCopies<S, V>(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs, int depth)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* room = stackalloc float[depth * 2 * S.Count + Caches.LineFloats];
        float* copy = room + (-((nint)room / sizeof(float)) & (Caches.LineFloats - 1)); // whole lines of the cache
        for (int passes = Parts.Of(inputs, depth); passes > 0; passes--)
        {
            int terms = Parts.Of(inputs, passes);
            Pass<S, V>(x, xStride, samples, terms, w, b, y, yStride, outputs, copy, fetches: true);
            x += terms;
            w += terms * (nint)outputs;
            b = null;
            inputs -= terms;
        }
    }

    /// <summary>Some inputs, of copied weights if there is room for copies; the sums start from b, or, if that is null, from y.</summary>
    private static void Pass<S, V>(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs, float* copy, bool fetches)
        where S : struct, ISimd<V>
        where V : struct
    {
        int panel = 2 * S.Count;
        for (int i = 0; i < outputs; i += panel)
        {
            float* from = w + i, source = from, start = b == null ? null : b + i;
            int s = 0, rest = outputs - i, stride = outputs;
            for (int blocks = Parts.Of(samples, RowCount.Most); blocks > 0; blocks--)
            {
                int rows = Parts.Of(samples - s, blocks);
                float* xs = x + s * xStride, ys = y + s * yStride + i;
                bool nextPanel = fetches && blocks <= 2;
                float* next = nextPanel ? from + panel + (copy != null && blocks == 1 ? 2 : 1) * Caches.LineFloats - 1 : xs + rows * xStride;
                var weights = new Weights(source, stride, start, s == 0 ? copy : null, next, nextPanel ? outputs : rows);
                if (rest >= panel) RowCount.Call(rows, new Block<S, V, Const.Two, Const.No>(xs, xStride, inputs, &weights, ys, yStride, S.Count));
                else if (rest > S.Count) RowCount.Call(rows, new Block<S, V, Const.Two, Const.Yes>(xs, xStride, inputs, &weights, ys, yStride, rest - S.Count));
                else RowCount.Call(rows, new Block<S, V, Const.One, Const.Yes>(xs, xStride, inputs, &weights, ys, yStride, rest));
                s += rows;
                if (copy == null) continue;

                source = copy;
                stride = panel;
            }
        }
    }

    /// <summary>The sums of R samples and N vectors of outputs, of the last of which, if there is a rest, only so many lanes count.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, N, TRest, R>(float* x, nint xStride, int inputs, in Weights weights, float* y, nint yStride, int last)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
        where R : struct, IConst
    {
        V mask = S.First(last);
        float* start = weights.Start == null ? y : weights.Start;
        Accumulators.Load<S, V, N, TRest>(start, mask, out V z0, out V u0); // the first and the second vectors
        V z1 = z0, z2 = z0, z3 = z0, z4 = z0, z5 = z0, u1 = u0, u2 = u0, u3 = u0, u4 = u0, u5 = u0;
        if (start == y)
        {
            if (R.Value > 1) Accumulators.Load<S, V, N, TRest>(y + yStride, mask, out z1, out u1);
            if (R.Value > 2) Accumulators.Load<S, V, N, TRest>(y + 2 * yStride, mask, out z2, out u2);
            if (R.Value > 3) Accumulators.Load<S, V, N, TRest>(y + 3 * yStride, mask, out z3, out u3);
            if (R.Value > 4) Accumulators.Load<S, V, N, TRest>(y + 4 * yStride, mask, out z4, out u4);
            if (R.Value > 5) Accumulators.Load<S, V, N, TRest>(y + 5 * yStride, mask, out z5, out u5);
        }

        float* x1 = x + xStride, x2 = x1 + xStride, x3 = x2 + xStride, x4 = x3 + xStride, x5 = x4 + xStride;
        float* w = weights.W, copy = weights.Copy, next = weights.Next;
        nint j = 0, step = weights.Step, stride = weights.Stride;
        if (copy != null)
        {
            for (; j < inputs; j++, w += stride, next += step, copy += 2 * S.Count)
            {
                Prefetch.Line(next);
                Accumulators.Load<S, V, N, TRest>(w, mask, out V w0, out V w1);
                S.Store(w0, copy);
                S.Store(w1, copy + S.Count);
                Accumulators.AddToEach<S, V, N, R>(
                w0, w1, x + j, x1 + j, x2 + j, x3 + j, x4 + j, x5 + j,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            }
        }

        for (; j < inputs; j++, w += stride, next += step)
        {
            Prefetch.Line(next);
            Accumulators.Load<S, V, N, TRest>(w, mask, out V w0, out V w1);
            Accumulators.AddToEach<S, V, N, R>(
                w0, w1, x + j, x1 + j, x2 + j, x3 + j, x4 + j, x5 + j,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        // Without a call: the JIT would keep the sums in memory from there back to the loop.
        Accumulators.Store<S, V, N, TRest>(z0, u0, y, last);
        if (R.Value > 1) Accumulators.Store<S, V, N, TRest>(z1, u1, y + yStride, last);
        if (R.Value > 2) Accumulators.Store<S, V, N, TRest>(z2, u2, y + 2 * yStride, last);
        if (R.Value > 3) Accumulators.Store<S, V, N, TRest>(z3, u3, y + 3 * yStride, last);
        if (R.Value > 4) Accumulators.Store<S, V, N, TRest>(z4, u4, y + 4 * yStride, last);
        if (R.Value > 5) Accumulators.Store<S, V, N, TRest>(z5, u5, y + 5 * yStride, last);
    }

    /// <summary>The weights of a block, and what it fetches meanwhile.</summary>
    /// <param name="w">Those of its first input.</param>
    /// <param name="stride">Floats from there to those of the second.</param>
    /// <param name="start">What the sums start from, the biases, or null: what is in y.</param>
    /// <param name="copy">Where they go side by side, or null.</param>
    /// <param name="next">What is fetched at the first input.</param>
    /// <param name="step">Floats from there to what is fetched at the second.</param>
    private readonly struct Weights(float* w, nint stride, float* start, float* copy, float* next, nint step)
    {
        internal readonly float* W = w, Start = start, Copy = copy, Next = next;
        internal readonly nint Stride = stride, Step = step;
    }

    /// <summary>The arguments of <see cref="Sum{S, V, N, TRest, R}"/>.</summary>
    private readonly struct Block<S, V, N, TRest>(float* x, nint xStride, int inputs, Weights* weights, float* y, nint yStride, int last) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<R>()
            where R : struct, IConst => Sum<S, V, N, TRest, R>(x, xStride, inputs, in *weights, y, yStride, last);
    }
}
