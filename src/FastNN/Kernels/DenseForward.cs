using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// One layer, one sample: y_i = σ(b_i + Σ_j x_j·w_ij), x [inputs], W [inputs, outputs], b and y [outputs].
/// Outputs lie in the lanes: each is one chain of fused multiply-adds over ascending j, and no sum crosses lanes.
/// Up to eight vectors of outputs stay in registers while W is read once, row by row. A layer that fills too few vectors to
/// hide the latency of its chain (<see cref="IsNarrow"/>) runs four chains per output, over j ≡ 0, 1, 2, 3 (mod 4).
/// </summary>
internal static unsafe class DenseForward
{
    /// <summary>
    /// Whether a layer of this shape sums each output in four chains. Part of the numerical contract: the shape decides, and nothing else.
    /// </summary>
    internal static bool IsNarrow(int inputs, int outputs) => inputs >= 8 && outputs <= 32;

    /// <param name="x">Inputs.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Outputs [outputs].</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="room">
    /// Floats at <paramref name="y"/> that may be written, at least <paramref name="outputs"/>. A padded buffer takes whole vectors, which a
    /// later vector load can be forwarded from; parts would have to reach the cache first.
    /// </param>
    internal static void Run<S, V>(float* x, int inputs, float* w, float* b, float* y, int outputs, int room)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (IsNarrow(inputs, outputs))
        {
            for (int i = 0; i < outputs; i += 2 * S.Count)
            {
                if (outputs - i > S.Count) FourChains<S, V, Const.Two>(x, inputs, w + i, b + i, y + i, outputs, outputs - i, room - i);
                else FourChains<S, V, Const.One>(x, inputs, w + i, b + i, y + i, outputs, outputs - i, room - i);
            }

            return;
        }

        for (int i = 0; i < outputs; i += 8 * S.Count)
        {
            int rest = outputs - i;
            switch ((rest + S.Count - 1) / S.Count)
            {
                case 1: Panel<S, V, Const.One>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
                case 2: Panel<S, V, Const.Two>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
                case 3: Panel<S, V, Const.Three>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
                case 4: Panel<S, V, Const.Four>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
                case 5: Panel<S, V, Const.Five>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
                case 6: Panel<S, V, Const.Six>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
                case 7: Panel<S, V, Const.Seven>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
                default: Panel<S, V, Const.Eight>(x, inputs, w + i, b + i, y + i, outputs, rest, room - i); break;
            }
        }
    }

    private static void Panel<S, V, N>(float* x, int inputs, float* w, float* b, float* y, int stride, int rest, int room)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst => InlinedPanel<S, V, N>(x, inputs, w, b, y, stride, rest, room);

    /// <summary>N vectors of outputs, the last of them with as many lanes as are left, at most a full vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void InlinedPanel<S, V, N>(float* x, int inputs, float* w, float* b, float* y, int stride, int rest, int room)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        int last = (N.Value - 1) * S.Count;
        int lanes = Math.Min(S.Count, rest - last);
        V mask = S.First(lanes);
        V z0 = default, z1 = default, z2 = default, z3 = default, z4 = default, z5 = default, z6 = default;
        if (N.Value > 1) z0 = S.Load(b);
        if (N.Value > 2) z1 = S.Load(b + S.Count);
        if (N.Value > 3) z2 = S.Load(b + 2 * S.Count);
        if (N.Value > 4) z3 = S.Load(b + 3 * S.Count);
        if (N.Value > 5) z4 = S.Load(b + 4 * S.Count);
        if (N.Value > 6) z5 = S.Load(b + 5 * S.Count);
        if (N.Value > 7) z6 = S.Load(b + 6 * S.Count);
        V zLast = S.LoadFirst(b + last, mask);

        for (float* end = x + inputs; x < end; x++, w += stride)
        {
            V xj = S.Broadcast(*x);
            if (N.Value > 1) z0 = S.MultiplyAdd(S.Load(w), xj, z0);
            if (N.Value > 2) z1 = S.MultiplyAdd(S.Load(w + S.Count), xj, z1);
            if (N.Value > 3) z2 = S.MultiplyAdd(S.Load(w + 2 * S.Count), xj, z2);
            if (N.Value > 4) z3 = S.MultiplyAdd(S.Load(w + 3 * S.Count), xj, z3);
            if (N.Value > 5) z4 = S.MultiplyAdd(S.Load(w + 4 * S.Count), xj, z4);
            if (N.Value > 6) z5 = S.MultiplyAdd(S.Load(w + 5 * S.Count), xj, z5);
            if (N.Value > 7) z6 = S.MultiplyAdd(S.Load(w + 6 * S.Count), xj, z6);
            zLast = S.MultiplyAdd(S.LoadFirst(w + last, mask), xj, zLast);
        }

        if (N.Value > 1) S.Store(Sigmoid.Value<S, V>(z0), y);
        if (N.Value > 2) S.Store(Sigmoid.Value<S, V>(z1), y + S.Count);
        if (N.Value > 3) S.Store(Sigmoid.Value<S, V>(z2), y + 2 * S.Count);
        if (N.Value > 4) S.Store(Sigmoid.Value<S, V>(z3), y + 3 * S.Count);
        if (N.Value > 5) S.Store(Sigmoid.Value<S, V>(z4), y + 4 * S.Count);
        if (N.Value > 6) S.Store(Sigmoid.Value<S, V>(z5), y + 5 * S.Count);
        if (N.Value > 7) S.Store(Sigmoid.Value<S, V>(z6), y + 6 * S.Count);
        S.StoreFirst(Sigmoid.Value<S, V>(zLast), y + last, Math.Min(S.Count, room - last));
    }

    /// <summary>N vectors of outputs (one or two), four chains each: z = (c₀ + c₂) + (c₁ + c₃), where c₀ starts from b.</summary>
    private static void FourChains<S, V, N>(float* x, int inputs, float* w, float* b, float* y, int stride, int rest, int room)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        int last = (N.Value - 1) * S.Count;
        int lanes = Math.Min(S.Count, rest - last);
        V mask = S.First(lanes);
        V zero = S.Broadcast(0f);
        V c0 = zero, c1 = zero, c2 = zero, c3 = zero;
        V d0 = S.LoadFirst(b + last, mask), d1 = zero, d2 = zero, d3 = zero;
        if (N.Value > 1) c0 = S.Load(b);

        float* end = x + inputs;
        for (; x <= end - 4; x += 4, w += 4 * (nint)stride)
        {
            float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride;
            V x0 = S.Broadcast(x[0]);
            if (N.Value > 1) c0 = S.MultiplyAdd(S.Load(w), x0, c0);
            d0 = S.MultiplyAdd(S.LoadFirst(w + last, mask), x0, d0);
            V x1 = S.Broadcast(x[1]);
            if (N.Value > 1) c1 = S.MultiplyAdd(S.Load(w1), x1, c1);
            d1 = S.MultiplyAdd(S.LoadFirst(w1 + last, mask), x1, d1);
            V x2 = S.Broadcast(x[2]);
            if (N.Value > 1) c2 = S.MultiplyAdd(S.Load(w2), x2, c2);
            d2 = S.MultiplyAdd(S.LoadFirst(w2 + last, mask), x2, d2);
            V x3 = S.Broadcast(x[3]);
            if (N.Value > 1) c3 = S.MultiplyAdd(S.Load(w3), x3, c3);
            d3 = S.MultiplyAdd(S.LoadFirst(w3 + last, mask), x3, d3);
        }

        if (x < end)
        {
            V xj = S.Broadcast(x[0]);
            if (N.Value > 1) c0 = S.MultiplyAdd(S.Load(w), xj, c0);
            d0 = S.MultiplyAdd(S.LoadFirst(w + last, mask), xj, d0);
        }

        if (x + 1 < end)
        {
            V xj = S.Broadcast(x[1]);
            if (N.Value > 1) c1 = S.MultiplyAdd(S.Load(w + stride), xj, c1);
            d1 = S.MultiplyAdd(S.LoadFirst(w + stride + last, mask), xj, d1);
        }

        if (x + 2 < end)
        {
            V xj = S.Broadcast(x[2]);
            if (N.Value > 1) c2 = S.MultiplyAdd(S.Load(w + 2 * (nint)stride), xj, c2);
            d2 = S.MultiplyAdd(S.LoadFirst(w + 2 * (nint)stride + last, mask), xj, d2);
        }

        if (N.Value > 1) S.Store(Sigmoid.Value<S, V>(S.Add(S.Add(c0, c2), S.Add(c1, c3))), y);
        S.StoreFirst(Sigmoid.Value<S, V>(S.Add(S.Add(d0, d2), S.Add(d1, d3))), y + last, Math.Min(S.Count, room - last));
    }
}
