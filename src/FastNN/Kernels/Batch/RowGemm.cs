using System.Runtime.CompilerServices;
using FastNN.Contract;
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
    private const int MaxRows = 6, L2Floats = 1024 * 1024 / sizeof(float);

    /// <summary>The most inputs in a pass over copied weights, which so stay in L1.</summary>
    private const int Depth = 200;

    /// <summary>Rows of W whole multiples of so many floats apart fall into an eighth of the sets of L1, or less.</summary>
    private const int SharedSets = 128;

    /// <summary>
    /// Whether some samples are better taken together than one by one, which reads W from end to end for each, but so that the processor foresees it. The
    /// more W exceeds L2, the more samples it takes: 784-512 from 3 on (6 in 0.42 of the time), 1024-1024 and all larger ones from 8 on (10 of 4096-4096 in
    /// 0.35).
    /// </summary>
    internal static bool Suits(int inputs, int outputs, int samples)
    {
        const long halfOfL2 = L2Floats / 2;
        long weights = (long)inputs * outputs;
        return inputs >= 8 && !SumOrder.IsNarrow(inputs, outputs) && samples > 1 && (weights <= L2Floats || samples >= Math.Min(8, weights / halfOfL2));
    }

    /// <summary>
    /// Whether the first layer of a network takes any number of samples better in rows than in tiles: where that saves to turn more inputs than
    /// outputs, and no lane stays empty. 784-128 reaches 97 % of the peak, in tiles 93 %; 2048-64 97 and 80 %. But 784-100 85 and 91 %.
    /// </summary>
    internal static bool SuitsFirst(int inputs, int outputs) =>
        inputs > outputs && outputs % Simd512.Count == 0 && (long)inputs * outputs <= L2Floats && Suits(inputs, outputs, samples: 2);

    /// <summary>
    /// Whether at 512 bits any layer takes tiles better in rows: where W exceeds L2 and the samples pay for the copies of it, or where more than two tiles
    /// would take turns at columns of W that lie in few sets of L1. 128 samples of 128-128 reach 93 % of the peak, in tiles 67 %; of 1024-1024 91 and 58 %;
    /// of 1000-1000 91 and 86 %. But 500-500 83 and 90 %, and narrower vectors give tiles the time to fetch their weights.
    /// </summary>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="tile">Samples in a full tile.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="samples">In all of them.</param>
    internal static bool SuitsTiles(int inputs, int outputs, int tile, int tiles, int samples)
    {
        long weights = (long)inputs * outputs;
        bool better = weights > L2Floats ? samples >= weights / L2Floats : tiles > 2 && outputs % SharedSets == 0;
        return better && tile > Simd512.Count && inputs >= 128 && Suits(inputs, outputs, samples);
    }

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
        if ((long)inputs * outputs > L2Floats && samples > MaxRows) RunOnCopies<S, V>(x, xStride, samples, inputs, w, b, y, yStride, outputs);
        else Pass<S, V>(x, xStride, samples, inputs, w, b, y, yStride, outputs, null);
    }

    [SkipLocalsInit]
    private static void RunOnCopies<S, V>(float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* room = stackalloc float[Depth * 2 * S.Count + Caches.LineFloats];
        float* copy = room + (-((nint)room / sizeof(float)) & (Caches.LineFloats - 1)); // whole lines of the cache
        for (int passes = (inputs + Depth - 1) / Depth; passes > 0; passes--)
        {
            int terms = (inputs + passes - 1) / passes;
            Pass<S, V>(x, xStride, samples, terms, w, b, y, yStride, outputs, copy);
            x += terms;
            w += terms * (nint)outputs;
            b = null;
            inputs -= terms;
        }
    }

    /// <summary>Some inputs, of copied weights if there is room for copies; the sums start from b, or, if that is null, from y.</summary>
    private static void Pass<S, V>(
        float* x, nint xStride, int samples, int inputs, float* w, float* b, float* y, nint yStride, int outputs, float* copy)
        where S : struct, ISimd<V>
        where V : struct
    {
        int panel = 2 * S.Count;
        bool fetches = copy != null || (long)inputs * outputs > L2Floats;
        for (int i = 0; i < outputs; i += panel)
        {
            float* from = w + i, source = from, start = b == null ? null : b + i;
            int s = 0, rest = outputs - i, stride = outputs;
            for (int blocks = (samples + MaxRows - 1) / MaxRows; blocks > 0; blocks--)
            {
                int rows = (samples - s + blocks - 1) / blocks;
                float* xs = x + s * xStride, ys = y + s * yStride + i;
                bool nextPanel = fetches && blocks <= 2;
                float* next = nextPanel ? from + panel + (copy != null && blocks == 1 ? 2 : 1) * Caches.LineFloats - 1 : xs + rows * xStride;
                var weights = new Weights(source, stride, start, s == 0 ? copy : null, next, nextPanel ? outputs : rows);
                if (rest >= panel) Rows<S, V, Const.Two, Const.No>(rows, xs, xStride, inputs, in weights, ys, yStride, S.Count);
                else if (rest > S.Count) Rows<S, V, Const.Two, Const.Yes>(rows, xs, xStride, inputs, in weights, ys, yStride, rest - S.Count);
                else Rows<S, V, Const.One, Const.Yes>(rows, xs, xStride, inputs, in weights, ys, yStride, rest);
                s += rows;
                if (copy == null) continue;

                source = copy;
                stride = panel;
            }
        }
    }

    private static void Rows<S, V, C, TRest>(int rows, float* x, nint xStride, int inputs, in Weights weights, float* y, nint yStride, int last)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where TRest : struct, IConst
    {
        switch (rows)
        {
            case 1: Block<S, V, C, TRest, Const.One>(x, xStride, inputs, in weights, y, yStride, last); break;
            case 2: Block<S, V, C, TRest, Const.Two>(x, xStride, inputs, in weights, y, yStride, last); break;
            case 3: Block<S, V, C, TRest, Const.Three>(x, xStride, inputs, in weights, y, yStride, last); break;
            case 4: Block<S, V, C, TRest, Const.Four>(x, xStride, inputs, in weights, y, yStride, last); break;
            case 5: Block<S, V, C, TRest, Const.Five>(x, xStride, inputs, in weights, y, yStride, last); break;
            default: Block<S, V, C, TRest, Const.Six>(x, xStride, inputs, in weights, y, yStride, last); break;
        }
    }

    /// <summary>The sums of R samples and C vectors of outputs, of the last of which, if there is a rest, only so many lanes count.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block<S, V, C, TRest, R>(float* x, nint xStride, int inputs, in Weights weights, float* y, nint yStride, int last)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where TRest : struct, IConst
        where R : struct, IConst
    {
        V mask = S.First(last);
        float* start = weights.Start == null ? y : weights.Start;
        Load<S, V, C, TRest>(start, mask, out V z0, out V u0); // the first and the second vectors
        V z1 = z0, z2 = z0, z3 = z0, z4 = z0, z5 = z0, u1 = u0, u2 = u0, u3 = u0, u4 = u0, u5 = u0;
        if (start == y)
        {
            if (R.Value > 1) Load<S, V, C, TRest>(y + yStride, mask, out z1, out u1);
            if (R.Value > 2) Load<S, V, C, TRest>(y + 2 * yStride, mask, out z2, out u2);
            if (R.Value > 3) Load<S, V, C, TRest>(y + 3 * yStride, mask, out z3, out u3);
            if (R.Value > 4) Load<S, V, C, TRest>(y + 4 * yStride, mask, out z4, out u4);
            if (R.Value > 5) Load<S, V, C, TRest>(y + 5 * yStride, mask, out z5, out u5);
        }

        float* x1 = x + xStride, x2 = x1 + xStride, x3 = x2 + xStride, x4 = x3 + xStride, x5 = x4 + xStride;
        float* w = weights.W, copy = weights.Copy, next = weights.Next;
        nint j = 0, step = weights.Step, stride = weights.Stride;
        if (copy != null)
        {
            for (; j < inputs; j++, w += stride, next += step, copy += 2 * S.Count)
            {
                Prefetch.Line(next);
                Load<S, V, C, TRest>(w, mask, out V w0, out V w1);
                S.Store(w0, copy);
                S.Store(w1, copy + S.Count);
                Turn<S, V, C, R>(w0, w1, x + j, x1 + j, x2 + j, x3 + j, x4 + j, x5 + j, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
            }
        }

        for (; j < inputs; j++, w += stride, next += step)
        {
            Prefetch.Line(next);
            Load<S, V, C, TRest>(w, mask, out V w0, out V w1);
            Turn<S, V, C, R>(w0, w1, x + j, x1 + j, x2 + j, x3 + j, x4 + j, x5 + j, ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref u0, ref u1, ref u2, ref u3, ref u4, ref u5);
        }

        // Without a call: the JIT would keep the sums in memory from there back to the loop.
        Store<S, V, C, TRest>(z0, u0, y, last);
        if (R.Value > 1) Store<S, V, C, TRest>(z1, u1, y + yStride, last);
        if (R.Value > 2) Store<S, V, C, TRest>(z2, u2, y + 2 * yStride, last);
        if (R.Value > 3) Store<S, V, C, TRest>(z3, u3, y + 3 * yStride, last);
        if (R.Value > 4) Store<S, V, C, TRest>(z4, u4, y + 4 * yStride, last);
        if (R.Value > 5) Store<S, V, C, TRest>(z5, u5, y + 5 * yStride, last);
    }

    /// <summary>z_r += w0·x_r for one input, u_r += w1·x_r for the second vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<S, V, C, R>(
        V w0, V w1, float* x0, float* x1, float* x2, float* x3, float* x4, float* x5,
        ref V z0, ref V z1, ref V z2, ref V z3, ref V z4, ref V z5, ref V u0, ref V u1, ref V u2, ref V u3, ref V u4, ref V u5)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, IConst
        where R : struct, IConst
    {
        TileGemm.Add<S, V, C>(x0, w0, w1, ref z0, ref u0);
        if (R.Value > 1) TileGemm.Add<S, V, C>(x1, w0, w1, ref z1, ref u1);
        if (R.Value > 2) TileGemm.Add<S, V, C>(x2, w0, w1, ref z2, ref u2);
        if (R.Value > 3) TileGemm.Add<S, V, C>(x3, w0, w1, ref z3, ref u3);
        if (R.Value > 4) TileGemm.Add<S, V, C>(x4, w0, w1, ref z4, ref u4);
        if (R.Value > 5) TileGemm.Add<S, V, C>(x5, w0, w1, ref z5, ref u5);
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
}
