using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;
using FastNN.Spans;

namespace FastNN.Sample;

/// <summary>
/// One layer, one sample: y_i = f(b_i + Σ_j x_j·w_ij), with x [inputs], W [inputs, outputs], b and y [outputs]. Outputs are in the lanes.
/// Each output is one chain of fused multiply-adds with j ascending. No sum crosses lanes. There are three ways:
/// <list type="bullet">
/// <item>
/// <c>Panels</c>: eight vectors of outputs stay in registers, while one row of W after the other goes by. This is for rows of at most eight
/// vectors, and for wider ones if the weights fit the L1 cache.
/// </item>
/// <item>
/// <c>Stream</c>: for wider and larger layers. Each iteration takes six whole rows. Between iterations the sums are in y: the chain
/// continues through memory. <see cref="Tuning.Routes.Streams"/> has the figures. Eight rows are 2 % better on most shapes, and 6 % worse
/// if a row is 4 KiB and eight of them fall into one cache set. Prefetching by hand cost 5-40 %.
/// </item>
/// <item>
/// <c>FourChains</c>: a narrow layer (<see cref="SumOrder.IsNarrow"/>) fills too few vectors to hide the latency of its chain. So each
/// output has four chains, over j ≡ 0, 1, 2, 3 (mod 4).
/// </item>
/// </list>
/// </summary>
internal static unsafe class DenseForward
{
    /// <summary>A narrow layer, with four chains for each output.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Outputs [outputs].</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="writable">
    /// Floats at <paramref name="y"/> that may be written, at least <paramref name="outputs"/>. A padded buffer takes whole vectors, and a
    /// later load of a vector can take them from the store. Parts of a vector would have to reach the cache first.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FourChains<S, V, A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        for (int i = 0; i < outputs; i += 2 * S.Count)
        {
            if (outputs - i > S.Count) FourChains<S, V, A, Const.Two>(x, inputs, w + i, b + i, y + i, outputs, outputs - i, writable - i);
            else FourChains<S, V, A, Const.One>(x, inputs, w + i, b + i, y + i, outputs, outputs - i, writable - i);
        }
    }

    /// <summary>One vector that holds all outputs, with four chains for each or with one.</summary>
    /// <inheritdoc cref="FourChains{S, V, A}"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void OneVector<S, V, A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        if (SumOrder.IsNarrow(inputs, outputs)) FourChains<S, V, A, Const.One>(x, inputs, w, b, y, outputs, outputs, writable);
        else Panel<S, V, A, Const.One>(x, inputs, w, b, y, outputs, outputs, writable);
    }

    /// <summary>Eight vectors of outputs together, over all inputs.</summary>
    /// <inheritdoc cref="FourChains{S, V, A}"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Panels<S, V, A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        // The JIT inlines no more when a method has 512 variables. GELU alone exceeds that, and narrow vectors of other long functions do.
        // Then the kernel would call parts of them, and keep the sums in memory. On a Zen 4, a sample of 48-48-48 with GELU takes 0.85 of
        // the time at 512 bits, and 0.75 at 256 bits.
        if (typeof(A) == typeof(Gelu) || (S.Count == 4 && A.HasHalves && outputs > 4 * S.Count))
        {
            Panels<S, V, Identity>(x, inputs, w, b, y, outputs, writable);
            ActivationSpan.Activate<S, V, A>(y, y, outputs);
            return;
        }

        for (int i = 0; i < outputs; i += 8 * S.Count)
        {
            int rest = outputs - i;
            switch ((rest + S.Count - 1) / S.Count)
            {
                case 1: Panel<S, V, A, Const.One>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
                case 2: Panel<S, V, A, Const.Two>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
                case 3: Panel<S, V, A, Const.Three>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
                case 4: Panel<S, V, A, Const.Four>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
                case 5: Panel<S, V, A, Const.Five>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
                case 6: Panel<S, V, A, Const.Six>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
                case 7: Panel<S, V, A, Const.Seven>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
                default: Panel<S, V, A, Const.Eight>(x, inputs, w + i, b + i, y + i, outputs, rest, writable - i); break;
            }
        }
    }

    /// <summary>N vectors of outputs. The last one has the lanes that are left, at most a full vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel<S, V, A, N>(float* x, int inputs, float* w, float* b, float* y, int stride, int rest, int writable)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where N : struct, IConst
    {
        int last = PlaceOfLast<S, V, N>(rest), lanes = Math.Min(S.Count, rest - last);
        V mask = S.First(lanes);
        V z0 = default, z1 = default, z2 = default, z3 = default, z4 = default, z5 = default, z6 = default;
        if (N.Value > 1) z0 = S.Load(b);
        if (N.Value > 2) z1 = S.Load(b + S.Count);
        if (N.Value > 3) z2 = S.Load(b + 2 * S.Count);
        if (N.Value > 4) z3 = S.Load(b + 3 * S.Count);
        if (N.Value > 5) z4 = S.Load(b + 4 * S.Count);
        if (N.Value > 6) z5 = S.Load(b + 5 * S.Count);
        if (N.Value > 7) z6 = S.Load(b + 6 * S.Count);
        V zLast = LoadLast<S, V, N>(b, last, mask);

        for (float* end = x + inputs; x < end; x++, w += stride)
        {
            V xj = S.Factor(*x);
            if (N.Value > 1) z0 = S.MultiplyAddFactor(S.Load(w), xj, z0);
            if (N.Value > 2) z1 = S.MultiplyAddFactor(S.Load(w + S.Count), xj, z1);
            if (N.Value > 3) z2 = S.MultiplyAddFactor(S.Load(w + 2 * S.Count), xj, z2);
            if (N.Value > 4) z3 = S.MultiplyAddFactor(S.Load(w + 3 * S.Count), xj, z3);
            if (N.Value > 5) z4 = S.MultiplyAddFactor(S.Load(w + 4 * S.Count), xj, z4);
            if (N.Value > 6) z5 = S.MultiplyAddFactor(S.Load(w + 5 * S.Count), xj, z5);
            if (N.Value > 7) z6 = S.MultiplyAddFactor(S.Load(w + 6 * S.Count), xj, z6);
            zLast = S.MultiplyAddFactor(LoadLast<S, V, N>(w, last, mask), xj, zLast);
        }

        if (N.Value > 1) S.Store(ActivationOf.Value<S, V, A>(z0), y);
        if (N.Value > 2) S.Store(ActivationOf.Value<S, V, A>(z1), y + S.Count);
        if (N.Value > 3) S.Store(ActivationOf.Value<S, V, A>(z2), y + 2 * S.Count);
        if (N.Value > 4) S.Store(ActivationOf.Value<S, V, A>(z3), y + 3 * S.Count);
        if (N.Value > 5) S.Store(ActivationOf.Value<S, V, A>(z4), y + 4 * S.Count);
        if (N.Value > 6) S.Store(ActivationOf.Value<S, V, A>(z5), y + 5 * S.Count);
        if (N.Value > 7) S.Store(ActivationOf.Value<S, V, A>(z6), y + 6 * S.Count);
        S.StoreFirst(ActivationOf.Value<S, V, A>(zLast), y + last, Math.Min(S.Count, writable - last));
    }

    /// <summary>
    /// All outputs, six inputs in each iteration. The sums are in y. The sums of the last vector, if it is not whole, are beside y, where a
    /// whole one fits.
    /// </summary>
    /// <inheritdoc cref="FourChains{S, V, A}"/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Stream<S, V, A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        int lanes = outputs % S.Count, whole = outputs - lanes;
        V mask = S.First(lanes);
        Unsafe.SkipInit(out VirtualLanes.Memory last);
        for (int i = 0; i < whole; i += S.Count) S.Store(S.Load(b + i), y + i);
        S.Store(S.LoadFirst(b + whole, mask), (float*)&last);

        for (; inputs >= 6; inputs -= 6, x += 6, w += 6 * (nint)outputs) AddRows<S, V, Const.Six>(x, w, y, outputs, (float*)&last);
        for (; inputs > 0; inputs--, x++, w += outputs) AddRows<S, V, Const.One>(x, w, y, outputs, (float*)&last);

        ActivationSpan.Activate<S, V, A>(y, y, whole);
        S.StoreFirst(ActivationOf.Value<S, V, A>(S.Load((float*)&last)), y + whole, Math.Min(S.Count, writable - whole));
    }

    /// <summary>z_i += Σ_j x_j·w_ij over R rows (one or six), with j ascending.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<S, V, R>(float* x, float* w, float* z, int outputs, float* last)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        V x0 = S.Factor(x[0]), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0;
        float* w1 = w + outputs, w2 = w1 + outputs, w3 = w2 + outputs, w4 = w3 + outputs, w5 = w4 + outputs;
        if (R.Value == 6)
        {
            x1 = S.Factor(x[1]);
            x2 = S.Factor(x[2]);
            x3 = S.Factor(x[3]);
            x4 = S.Factor(x[4]);
            x5 = S.Factor(x[5]);
        }

        nint i = 0;
        for (; i <= outputs - S.Count; i += S.Count)
        {
            V zi = S.MultiplyAddFactor(S.Load(w + i), x0, S.Load(z + i));
            if (R.Value == 6)
            {
                zi = S.MultiplyAddFactor(S.Load(w1 + i), x1, zi);
                zi = S.MultiplyAddFactor(S.Load(w2 + i), x2, zi);
                zi = S.MultiplyAddFactor(S.Load(w3 + i), x3, zi);
                zi = S.MultiplyAddFactor(S.Load(w4 + i), x4, zi);
                zi = S.MultiplyAddFactor(S.Load(w5 + i), x5, zi);
            }

            S.Store(zi, z + i);
        }

        if (i == outputs) return;

        V mask = S.First((int)(outputs - i));
        V zLast = S.MultiplyAddFactor(S.LoadFirst(w + i, mask), x0, S.Load(last));
        if (R.Value == 6)
        {
            zLast = S.MultiplyAddFactor(S.LoadFirst(w1 + i, mask), x1, zLast);
            zLast = S.MultiplyAddFactor(S.LoadFirst(w2 + i, mask), x2, zLast);
            zLast = S.MultiplyAddFactor(S.LoadFirst(w3 + i, mask), x3, zLast);
            zLast = S.MultiplyAddFactor(S.LoadFirst(w4 + i, mask), x4, zLast);
            zLast = S.MultiplyAddFactor(S.LoadFirst(w5 + i, mask), x5, zLast);
        }

        S.Store(zLast, last);
    }

    /// <summary>N vectors of outputs (one or two), with four chains each: z = (c₀ + c₂) + (c₁ + c₃). c₀ starts from b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourChains<S, V, A, N>(float* x, int inputs, float* w, float* b, float* y, int stride, int rest, int writable)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
        where N : struct, IConst
    {
        int last = PlaceOfLast<S, V, N>(rest), lanes = Math.Min(S.Count, rest - last);
        V mask = S.First(lanes);
        V zero = S.Broadcast(0f);
        V c0 = zero, c1 = zero, c2 = zero, c3 = zero;
        V d0 = LoadLast<S, V, N>(b, last, mask), d1 = zero, d2 = zero, d3 = zero;
        if (N.Value > 1) c0 = S.Load(b);

        float* end = x + inputs;
        for (; x <= end - 4; x += 4, w += 4 * (nint)stride)
        {
            float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
            V x0 = S.Factor(x[0]);
            if (N.Value > 1) c0 = S.MultiplyAddFactor(S.Load(w), x0, c0);
            d0 = S.MultiplyAddFactor(LoadLast<S, V, N>(w, last, mask), x0, d0);
            V x1 = S.Factor(x[1]);
            if (N.Value > 1) c1 = S.MultiplyAddFactor(S.Load(w1), x1, c1);
            d1 = S.MultiplyAddFactor(LoadLast<S, V, N>(w1, last, mask), x1, d1);
            V x2 = S.Factor(x[2]);
            if (N.Value > 1) c2 = S.MultiplyAddFactor(S.Load(w2), x2, c2);
            d2 = S.MultiplyAddFactor(LoadLast<S, V, N>(w2, last, mask), x2, d2);
            V x3 = S.Factor(x[3]);
            if (N.Value > 1) c3 = S.MultiplyAddFactor(S.Load(w3), x3, c3);
            d3 = S.MultiplyAddFactor(LoadLast<S, V, N>(w3, last, mask), x3, d3);
        }

        if (x < end)
        {
            V xj = S.Factor(x[0]);
            if (N.Value > 1) c0 = S.MultiplyAddFactor(S.Load(w), xj, c0);
            d0 = S.MultiplyAddFactor(LoadLast<S, V, N>(w, last, mask), xj, d0);
        }

        if (x + 1 < end)
        {
            V xj = S.Factor(x[1]);
            if (N.Value > 1) c1 = S.MultiplyAddFactor(S.Load(w + stride), xj, c1);
            d1 = S.MultiplyAddFactor(LoadLast<S, V, N>(w + stride, last, mask), xj, d1);
        }

        if (x + 2 < end)
        {
            V xj = S.Factor(x[2]);
            if (N.Value > 1) c2 = S.MultiplyAddFactor(S.Load(w + 2 * (nint)stride), xj, c2);
            d2 = S.MultiplyAddFactor(LoadLast<S, V, N>(w + 2 * (nint)stride, last, mask), xj, d2);
        }

        if (N.Value > 1) S.Store(ActivationOf.Value<S, V, A>(S.Add(S.Add(c0, c2), S.Add(c1, c3))), y);
        S.StoreFirst(ActivationOf.Value<S, V, A>(S.Add(S.Add(d0, d2), S.Add(d1, d3))), y + last, Math.Min(S.Count, writable - last));
    }

    /// <summary>
    /// Where the last of N vectors begins. If a vector cannot be loaded in part by one instruction, it is a whole one that ends with the
    /// row. It computes some outputs of the vector before it once more, with the same result.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOfLast<S, V, N>(int rest)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst =>
        N.Value > 1 && !S.HasMaskedLoads ? Math.Min(rest, N.Value * S.Count) - S.Count : (N.Value - 1) * S.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LoadLast<S, V, N>(float* row, int last, V mask)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst => N.Value > 1 && !S.HasMaskedLoads ? S.Load(row + last) : S.LoadFirst(row + last, mask);
}
