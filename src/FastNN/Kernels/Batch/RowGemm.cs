using System.Runtime.CompilerServices;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// One layer that is not narrow, on samples in rows, as the user has them: y_i[s] = b_i + Σ_j w_ij·x_j[s], with x [samples][inputs],
/// W [inputs, outputs], y [samples][outputs]. Outputs are in the lanes. Every sum is one chain in ascending order.
/// <para>
/// Two vectors of outputs by six samples stay in registers. One input is broadcast at a time. So a row of W is read once for six samples.
/// Meanwhile the inputs of the next six samples are fetched.
/// </para>
/// <para>
/// If W is large, <see cref="Routes.RowBlocksFor"/> asks for copies, and has the figures. A panel of W is two vectors wide. The first six
/// samples leave a copy of the panel to the others. The others fetch the next panel, one cache line in each turn of four inputs. A pass
/// takes some hundred inputs, so that both panels stay in the cache. Between passes the sums are in y: the chain continues through memory.
/// </para>
/// <para>
/// Three things were tried and were slower, on a Zen 5. If a separate loop copies the next panel, a part before each block, 64 samples of
/// 768-768-768 reach 84 % of the peak instead of 90 %, and 88 instead of 92 % at 256 bits: two copies do not fit L1. If the last two blocks
/// fetch a line with each input, 64 samples of 1024-1024-1024 reach 75 % instead of 84 %: so many lines cannot be on their way together.
/// Deeper passes, up to 512 inputs, change nothing at 256 bits, and cost 2 to 3 % at 512.
/// </para>
/// </summary>
internal static unsafe class RowGemm
{
    /// <summary>Inputs in a turn of the loop.</summary>
    private const int Turn = 4;

    /// <summary>Rows of W between those that are copied and those that are fetched.</summary>
    private const int RowsAhead = 32;

    /// <param name="x">Inputs of the first sample.</param>
    /// <param name="xStride">Floats from there to those of the second sample.</param>
    /// <param name="samples">At least 1.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the sums of the first sample.</param>
    /// <param name="yStride">Floats from there to those of the second sample.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="blocks">How the work is divided.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward<S, V>(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs, RowBlocks blocks)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (blocks.Depth > 0) ForwardOnCopies<S, V>(x, xStride, samples, inputs, w, b, y, yStride, outputs, blocks.Depth);
        else Pass<S, V>(x, xStride, samples, inputs, w, b, y, yStride, outputs, null, blocks.Fetches);
    }

    /// <param name="x">Inputs of the first sample.</param>
    /// <param name="xStride">Floats from there to those of the second sample.</param>
    /// <param name="samples">At least 1.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="packed">The weights, as <see cref="RowPanels"/> has them.</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the sums of the first sample.</param>
    /// <param name="yStride">Floats from there to those of the second sample.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="depth">The most inputs in a pass.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ForwardPacked<S, V>(
        float* x, nint xStride, int samples, int inputs, float* packed, float* b, float* y, nint yStride, int outputs, int depth)
        where S : struct, ISimd<V>
        where V : struct
    {
        int panel = 2 * S.Count;
        for (int passes = Parts.Of(inputs, depth), first = 0; passes > 0; passes--)
        {
            int terms = Parts.Of(inputs - first, passes), lines = terms / Turn * Caches.LineFloats;
            float* source = packed + first * (nint)panel;
            for (int i = 0; i < outputs; i += panel, source += inputs * (nint)panel)
            {
                for (int s = 0, blocks = Parts.Of(samples, RowCount.Most); blocks > 0; blocks--)
                {
                    int rows = Parts.Of(samples - s, blocks);
                    float* xs = x + s * xStride + first;
                    bool nextPanel = blocks <= Parts.Of(panel, Caches.LineFloats) * Turn && i + panel < outputs;
                    float* next = nextPanel ? source + inputs * (nint)panel + (blocks - 1) * (nint)lines : xs + rows * xStride;
                    var weights = new Weights(
                        source, panel, first == 0 ? b + i : null, null, next, nextPanel ? Caches.LineFloats : Turn * rows);
                    Call<S, V>(rows, outputs - i, xs, xStride, terms, &weights, y + s * yStride + i, yStride);
                    s += rows;
                }
            }

            first += terms;
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardOnCopies<S, V>(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs, int depth)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* memory = stackalloc float[depth * 2 * S.Count + Caches.LineFloats];
        float* copy = memory + (-((nint)memory / sizeof(float)) & (Caches.LineFloats - 1)); // starts at a cache line
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

    /// <summary>
    /// One pass over some inputs. If copy is not null, the weights are copied there. The sums start from b, or from y if b is null.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                bool nextPanel = fetches && s > 0 && blocks <= Parts.Of(panel, Caches.LineFloats) * Turn;
                float* next = nextPanel ? PartOfNextPanel(from + panel, outputs, inputs, blocks - 1) : xs + rows * xStride;
                var weights = new Weights(source, stride, start, s == 0 ? copy : null, next, nextPanel ? outputs : Turn * rows);
                Call<S, V>(rows, rest, xs, xStride, inputs, &weights, ys, yStride);
                s += rows;
                if (copy == null) continue;

                source = copy;
                stride = panel;
            }
        }
    }

    /// <summary>
    /// Where a block of samples begins to fetch the next panel. It fetches a line of each of inputs/4 rows: the last four blocks the first
    /// line of all rows, and the four blocks before them the second line, if a panel has two. The last float of a line counts, because a
    /// row may begin within a line that is already there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* PartOfNextPanel(float* panel, nint outputs, int inputs, int blocksAfter) =>
        panel + (blocksAfter / Turn + 1) * Caches.LineFloats - 1 + blocksAfter % Turn * (inputs / Turn) * outputs;

    /// <summary>A block of samples, and the outputs of one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Call<S, V>(int rows, int rest, float* x, nint xStride, int inputs, Weights* weights, float* y, nint yStride)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (rest >= 2 * S.Count)
            RowCount.Call(rows, new Block<S, V, Const.Two, Const.No>(x, xStride, inputs, weights, y, yStride, S.Count));
        else if (rest > S.Count)
            RowCount.Call(rows, new Block<S, V, Const.Two, Const.Yes>(x, xStride, inputs, weights, y, yStride, rest - S.Count));
        else
            RowCount.Call(rows, new Block<S, V, Const.One, Const.Yes>(x, xStride, inputs, weights, y, yStride, rest));
    }

    /// <summary>
    /// The sums of R samples and N vectors of outputs. If there is a rest, only <paramref name="last"/> lanes of the last vector count.
    /// </summary>
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
        nint j = 0, end = inputs, lastTurn = end - Turn, step = weights.Step * sizeof(float), stride = weights.Stride * sizeof(float);
        if (copy != null)
        {
            float* ahead = After(w, RowsAhead * stride) + Caches.LineFloats - 1; // for what no block before has fetched
            for (; j < end; j++, w = After(w, stride), ahead = After(ahead, stride), copy += 2 * S.Count)
            {
                Prefetch.Line(ahead);
                if (2 * S.Count > Caches.LineFloats) Prefetch.Line(ahead + Caches.LineFloats);
                Accumulators.Load<S, V, N, TRest>(w, mask, out V w0, out V w1);
                S.Store(w0, copy);
                S.Store(w1, copy + S.Count);
                Accumulators.AddToEach<S, V, N, R>(
                    w0, w1, x, x1, x2, x3, x4, x5, j,
                    ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            }
        }

        // Four inputs in a turn, so that the loop itself costs little beside 48 multiply-adds.
        for (; j <= lastTurn; j += Turn, next = After(next, step))
        {
            Prefetch.Line(next);
            AddInput<S, V, N, TRest, R>(
                w, mask, x, x1, x2, x3, x4, x5, j,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            w = After(w, stride);
            AddInput<S, V, N, TRest, R>(
                w, mask, x, x1, x2, x3, x4, x5, j + 1,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            w = After(w, stride);
            AddInput<S, V, N, TRest, R>(
                w, mask, x, x1, x2, x3, x4, x5, j + 2,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            w = After(w, stride);
            AddInput<S, V, N, TRest, R>(
                w, mask, x, x1, x2, x3, x4, x5, j + 3,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            w = After(w, stride);
        }

        for (; j < end; j++, w = After(w, stride))
        {
            AddInput<S, V, N, TRest, R>(
                w, mask, x, x1, x2, x3, x4, x5, j,
                ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        // No call here: the JIT would keep the sums in memory, from the call back to the loop.
        Accumulators.Store<S, V, N, TRest>(z0, u0, y, last);
        if (R.Value > 1) Accumulators.Store<S, V, N, TRest>(z1, u1, y + yStride, last);
        if (R.Value > 2) Accumulators.Store<S, V, N, TRest>(z2, u2, y + 2 * yStride, last);
        if (R.Value > 3) Accumulators.Store<S, V, N, TRest>(z3, u3, y + 3 * yStride, last);
        if (R.Value > 4) Accumulators.Store<S, V, N, TRest>(z4, u4, y + 4 * yStride, last);
        if (R.Value > 5) Accumulators.Store<S, V, N, TRest>(z5, u5, y + 5 * yStride, last);
    }

    /// <summary>The place so many bytes later. The JIT would multiply a number of floats by four in every iteration.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* After(float* place, nint bytes) => (float*)((byte*)place + bytes);

    /// <summary>Adds one input to the sums of R samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddInput<S, V, N, TRest, R>(
        float* w, V mask, float* x0, float* x1, float* x2, float* x3, float* x4, float* x5, nint j,
        ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5, ref V u0, ref V u1, ref V u2, ref V u3, ref V u4, ref V u5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
        where R : struct, IConst
    {
        Accumulators.Load<S, V, N, TRest>(w, mask, out V w0, out V w1);
        Accumulators.AddToEach<S, V, N, R>(
            w0, w1, x0, x1, x2, x3, x4, x5, j,
            ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
    }

    /// <summary>The weights of a block, and what the block fetches meanwhile.</summary>
    /// <param name="w">The weights of the first input.</param>
    /// <param name="stride">Floats from there to those of the second input.</param>
    /// <param name="start">What the sums start from: the biases, or null for the numbers in y.</param>
    /// <param name="copy">Receives the weights side by side, or null.</param>
    /// <param name="next">What is fetched at the first input.</param>
    /// <param name="step">Floats from there to what is fetched at the second input.</param>
    private readonly struct Weights(float* w, nint stride, float* start, float* copy, float* next, nint step)
    {
        internal readonly float* W = w, Start = start, Copy = copy, Next = next;
        internal readonly nint Stride = stride, Step = step;
    }

    /// <summary>The arguments of <see cref="Sum{S, V, N, TRest, R}"/>.</summary>
    private readonly struct Block<S, V, N, TRest>(
        float* x, nint xStride, int inputs, Weights* weights, float* y, nint yStride, int last) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TRest : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Call<R>()
            where R : struct, IConst => Sum<S, V, N, TRest, R>(x, xStride, inputs, in *weights, y, yStride, last);
    }
}
