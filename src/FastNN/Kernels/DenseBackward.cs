using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Activations;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// One layer backwards, one sample, in one pass over its weights. From its delta δ [outputs, padded] and its inputs a [inputs]:
/// <code>δ⁻_j = σ′_j · Σ_i w_ij·δ_i,   σ′_j = a_j(1 − a_j)     the delta of the layer before, by induction
/// g_ij  = δ_i·a_j,   g_i = δ_i                          the gradient for weights and biases</code>
/// and what <typeparamref name="TAction"/> does with the gradient: descend (the old w enters the sum, the new one is written) or accumulate.
/// Rows of W run four at a time: δ is read once for four of them, and their sums end in one vector. Each sum over i runs in sixteen lanes
/// (<see cref="Padding"/>); narrower vectors take the lanes in turns, so every weight is still visited once.
/// </summary>
internal static unsafe class DenseBackward<S, V, TAction>
    where S : struct, ISimd<V>
    where V : struct
    where TAction : struct, IGradientAction
{
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="weightTarget">What the action updates for the weights: themselves, or their gradient.</param>
    /// <param name="biasTarget">The same for the biases.</param>
    /// <param name="a">The layer's inputs, σ of the layer before where <paramref name="inputDelta"/> is wanted.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="delta">δ, padded with zeros.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="inputDelta">Receives δ⁻, padded; null where no layer comes before.</param>
    /// <param name="rate">−learning rate, for an action that descends.</param>
    internal static void Run(
        float* w, float* weightTarget, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
    {
        if (inputDelta == null) Run<Const.No>(w, weightTarget, biasTarget, a, inputs, delta, outputs, null, rate);
        else Run<Const.Yes>(w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate);
    }

    [SkipLocalsInit]
    private static void Run<TDelta>(
        float* w, float* target, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where TDelta : struct, IConst
    {
        Unsafe.SkipInit(out FourRowsOfLanes lanes);
        nint block = 4 * (nint)outputs;
        for (; inputs >= 4; inputs -= 4)
        {
            Rows<Const.Four, TDelta>(w, target, a, delta, outputs, inputDelta, rate, (float*)&lanes);
            w += block;
            target += block;
            a += 4;
            if (TDelta.Value != 0) inputDelta += 4;
        }

        switch (inputs)
        {
            case 1: Rows<Const.One, TDelta>(w, target, a, delta, outputs, inputDelta, rate, (float*)&lanes); break;
            case 2: Rows<Const.Two, TDelta>(w, target, a, delta, outputs, inputDelta, rate, (float*)&lanes); break;
            case 3: Rows<Const.Three, TDelta>(w, target, a, delta, outputs, inputDelta, rate, (float*)&lanes); break;
        }

        float one = 1f; // the bias is the weight of an input that is always 1
        Rows<Const.One, Const.No>(biasTarget, biasTarget, &one, delta, outputs, null, rate, null);
    }

    /// <summary>
    /// The same for a layer whose outputs fit one vector of four lanes: no loop over them, and no lanes to fold but those four, since adding the
    /// zeros of the others changes nothing but the sign of a zero. The general way takes 1.5 times as long for a step of 32-64-2.
    /// </summary>
    internal static void RunNarrow(
        float* w, float* weightTarget, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
    {
        V mask = S.First(outputs), d = S.Load(delta), r = S.Broadcast(rate);
        LastCell<Const.No>(biasTarget, biasTarget, S.Broadcast(1f), d, r, d, mask, outputs);
        if (inputDelta == null)
        {
            for (; inputs > 0; inputs--, w += outputs, weightTarget += outputs, a++)
                LastCell<Const.No>(w, weightTarget, S.Broadcast(*a), d, r, d, mask, outputs);
            return;
        }

        nint block = 4 * (nint)outputs;
        for (; inputs >= 4; inputs -= 4, w += block, weightTarget += block, a += 4, inputDelta += 4)
            NarrowRows<Const.Four>(w, weightTarget, a, d, r, mask, outputs, inputDelta);

        switch (inputs)
        {
            case 1: NarrowRows<Const.One>(w, weightTarget, a, d, r, mask, outputs, inputDelta); break;
            case 2: NarrowRows<Const.Two>(w, weightTarget, a, d, r, mask, outputs, inputDelta); break;
            case 3: NarrowRows<Const.Three>(w, weightTarget, a, d, r, mask, outputs, inputDelta); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NarrowRows<R>(float* w, float* target, float* a, V delta, V rate, V mask, int outputs, float* inputDelta)
        where R : struct, IConst
    {
        nint row = outputs;
        V zero = S.Broadcast(0f), sum1 = zero, sum2 = zero, sum3 = zero;
        V sum0 = LastCell<Const.Yes>(w, target, S.Broadcast(a[0]), delta, rate, zero, mask, outputs);
        if (R.Value > 1) sum1 = LastCell<Const.Yes>(w + row, target + row, S.Broadcast(a[1]), delta, rate, zero, mask, outputs);
        if (R.Value > 2) sum2 = LastCell<Const.Yes>(w + 2 * row, target + 2 * row, S.Broadcast(a[2]), delta, rate, zero, mask, outputs);
        if (R.Value > 3) sum3 = LastCell<Const.Yes>(w + 3 * row, target + 3 * row, S.Broadcast(a[3]), delta, rate, zero, mask, outputs);
        InputDelta<R>(Lanes128(sum0), Lanes128(sum1), Lanes128(sum2), Lanes128(sum3), a, inputDelta);
    }

    /// <summary>R rows, one to four; <paramref name="lanes"/> is room for the lanes of four sums.</summary>
    private static void Rows<R, TDelta>(float* w, float* target, float* a, float* delta, int outputs, float* inputDelta, float rate, float* lanes)
        where R : struct, IConst
        where TDelta : struct, IConst
    {
        nint row1 = outputs, row2 = 2 * (nint)outputs, row3 = 3 * (nint)outputs;
        V zero = S.Broadcast(0f), r = S.Broadcast(rate);
        V a0 = S.Broadcast(a[0]), a1 = zero, a2 = zero, a3 = zero;
        if (R.Value > 1) a1 = S.Broadcast(a[1]);
        if (R.Value > 2) a2 = S.Broadcast(a[2]);
        if (R.Value > 3) a3 = S.Broadcast(a[3]);

        // Without a sum there is no order to keep, and the row runs straight through.
        int parts = TDelta.Value != 0 ? Padding.Lanes / S.Count : 1, step = parts * S.Count;
        for (int part = 0; part < parts; part++)
        {
            V sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
            int i = part * S.Count;
            for (; i <= outputs - S.Count; i += step)
            {
                V d = S.Load(delta + i);
                sum0 = Cell<TDelta>(w + i, target + i, a0, d, r, sum0);
                if (R.Value > 1) sum1 = Cell<TDelta>(w + row1 + i, target + row1 + i, a1, d, r, sum1);
                if (R.Value > 2) sum2 = Cell<TDelta>(w + row2 + i, target + row2 + i, a2, d, r, sum2);
                if (R.Value > 3) sum3 = Cell<TDelta>(w + row3 + i, target + row3 + i, a3, d, r, sum3);
            }

            if (i < outputs)
            {
                int rest = outputs - i;
                V mask = S.First(rest), d = S.Load(delta + i);
                sum0 = LastCell<TDelta>(w + i, target + i, a0, d, r, sum0, mask, rest);
                if (R.Value > 1) sum1 = LastCell<TDelta>(w + row1 + i, target + row1 + i, a1, d, r, sum1, mask, rest);
                if (R.Value > 2) sum2 = LastCell<TDelta>(w + row2 + i, target + row2 + i, a2, d, r, sum2, mask, rest);
                if (R.Value > 3) sum3 = LastCell<TDelta>(w + row3 + i, target + row3 + i, a3, d, r, sum3, mask, rest);
            }

            if (TDelta.Value != 0)
            {
                S.Store(sum0, lanes + part * S.Count);
                S.Store(sum1, lanes + Padding.Lanes + part * S.Count);
                S.Store(sum2, lanes + 2 * Padding.Lanes + part * S.Count);
                S.Store(sum3, lanes + 3 * Padding.Lanes + part * S.Count);
            }
        }

        if (TDelta.Value != 0)
        {
            InputDelta<R>(
                Padding.Fold(lanes), Padding.Fold(lanes + Padding.Lanes), Padding.Fold(lanes + 2 * Padding.Lanes), Padding.Fold(lanes + 3 * Padding.Lanes),
                a, inputDelta);
        }
    }

    /// <summary>δ⁻ of R rows from the four lanes of each one's sum. The multiply-add turns −0 to +0, whatever zeros the lanes held.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputDelta<R>(
        Vector128<float> sum0, Vector128<float> sum1, Vector128<float> sum2, Vector128<float> sum3, float* a, float* inputDelta)
        where R : struct, IConst
    {
        Vector128<float> aj = R.Value == 4 ? Simd128.Load(a) : Simd128.LoadFirst(a, Simd128.First(R.Value));
        Vector128<float> sums = Simd128.SumEach(sum0, sum1, sum2, sum3);
        Simd128.Store(Simd128.MultiplyAdd(sums, Sigmoid.Derivative<Simd128, Vector128<float>>(aj), Vector128<float>.Zero), inputDelta);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Cell<TDelta>(float* w, float* target, V a, V delta, V rate, V sum)
        where TDelta : struct, IConst
    {
        V current = S.Load(TAction.ReadsGradient && TDelta.Value == 0 ? target : w);
        if (TDelta.Value != 0) sum = S.MultiplyAdd(current, delta, sum);
        if (TAction.ReadsGradient && TDelta.Value != 0) current = S.Load(target);
        S.Store(TAction.Next<S, V>(current, delta, a, rate), target);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LastCell<TDelta>(float* w, float* target, V a, V delta, V rate, V sum, V mask, int rest)
        where TDelta : struct, IConst
    {
        V current = S.LoadFirst(TAction.ReadsGradient && TDelta.Value == 0 ? target : w, mask);
        if (TDelta.Value != 0) sum = S.MultiplyAdd(current, delta, sum);
        if (TAction.ReadsGradient && TDelta.Value != 0) current = S.LoadFirst(target, mask);
        S.StoreFirst(TAction.Next<S, V>(current, delta, a, rate), target, rest);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Lanes128(V value) => Unsafe.BitCast<V, Vector128<float>>(value);

    [InlineArray(4 * Padding.Lanes)]
    private struct FourRowsOfLanes
    {
        private float _first;
    }
}
