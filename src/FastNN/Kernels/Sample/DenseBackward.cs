using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Sample;

/// <summary>
/// One layer backward for one sample, in one pass over its weights. It takes its delta δ [outputs, padded] and its inputs a [inputs]:
/// <code>δ⁻_j = f′_j · Σ_i w_ij·δ_i          the delta of the layer before, by induction
/// g_ij  = δ_i·a_j,   g_i = δ_i        the gradient for weights and biases</code>
/// <typeparamref name="TAction"/> says what becomes of the gradient. It updates the parameters, or is added to a sum, or is written. An
/// update uses the old w in the sum and writes the new w.
/// <para>
/// Four rows of W are taken together. δ is read once for them, and their sums end in one vector. Each sum over i has sixteen lanes
/// (<see cref="VirtualLanes"/>). Narrower vectors take some of these lanes after the others, so every weight is still visited once.
/// <see cref="Routes.BackByOneRow"/> says when rows are taken one by one, and has the figures.
/// </para>
/// </summary>
internal static unsafe class DenseBackward<S, V, A, TAction>
    where S : struct, ISimd<V>
    where V : struct
    where A : struct, IActivation
    where TAction : struct, IGradientAction
{
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="weightTarget">What the action changes for the weights: the weights themselves, or their gradient.</param>
    /// <param name="biasTarget">The same for the biases.</param>
    /// <param name="a">
    /// The layer's inputs. If <paramref name="inputDelta"/> is wanted, f′ of the layer before is computed from them.
    /// </param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="delta">δ, padded with zeros.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="inputDelta">Receives δ⁻, padded. Null if there is no layer before.</param>
    /// <param name="rate">−learning rate, for an action that updates.</param>
    /// <param name="byOneRow">Whether rows are taken one by one, not four together (<see cref="Routes.BackByOneRow"/>).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward(
        float* w, float* weightTarget, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate,
        bool byOneRow)
    {
        if (outputs % S.Count == 0) Backward<Const.No>(w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate, byOneRow);
        else Backward<Const.Yes>(w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate, byOneRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TRest>(
        float* w, float* weightTarget, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate,
        bool byOneRow)
        where TRest : struct, IConst
    {
        if (inputDelta == null) Backward<TRest, Const.No>(w, weightTarget, biasTarget, a, inputs, delta, outputs, null, rate, byOneRow);
        else Backward<TRest, Const.Yes>(w, weightTarget, biasTarget, a, inputs, delta, outputs, inputDelta, rate, byOneRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<TRest, TDelta>(
        float* w, float* target, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate,
        bool byOneRow)
        where TRest : struct, IConst
        where TDelta : struct, IConst
    {
        if (byOneRow)
        {
            // Not for the last four rows: each row writes four floats of δ⁻, and the rows after it overwrite three of them.
            for (; inputs > 4; inputs--, w += outputs, target += outputs, a++)
            {
                BackwardRows<Const.One, TRest, TDelta>(w, target, a, delta, outputs, inputDelta, rate);
                if (TDelta.Value != 0) inputDelta++;
            }
        }

        nint block = 4 * (nint)outputs;
        for (; inputs >= 4; inputs -= 4)
        {
            BackwardRows<Const.Four, TRest, TDelta>(w, target, a, delta, outputs, inputDelta, rate);
            w += block;
            target += block;
            a += 4;
            if (TDelta.Value != 0) inputDelta += 4;
        }

        switch (inputs)
        {
            case 1: BackwardRows<Const.One, TRest, TDelta>(w, target, a, delta, outputs, inputDelta, rate); break;
            case 2: BackwardRows<Const.Two, TRest, TDelta>(w, target, a, delta, outputs, inputDelta, rate); break;
            case 3: BackwardRows<Const.Three, TRest, TDelta>(w, target, a, delta, outputs, inputDelta, rate); break;
        }

        float one = 1f; // the bias is the weight of an input that is always 1
        BackwardRows<Const.One, TRest, Const.No>(biasTarget, biasTarget, &one, delta, outputs, null, rate);
    }

    /// <summary>
    /// The same for a layer whose outputs fit one vector. There is no loop over the outputs. Lanes that the layer does not have are left
    /// out: their zeros would change nothing but the sign of a zero. The general way takes 1.3 times as long in 16 lanes, and 2.7 times in
    /// 8 (64-8).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OneVector(
        float* w, float* weightTarget, float* biasTarget, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
    {
        V mask = S.First(outputs), d = S.Load(delta), r = S.Broadcast(rate);
        LastCell<Const.No>(biasTarget, biasTarget, S.Broadcast(1f), d, r, mask, outputs);
        if (inputDelta == null)
        {
            for (; inputs > 0; inputs--, w += outputs, weightTarget += outputs, a++)
                LastCell<Const.No>(w, weightTarget, S.Broadcast(*a), d, r, mask, outputs);
            return;
        }

        nint block = 4 * (nint)outputs;
        for (; inputs >= 4; inputs -= 4, w += block, weightTarget += block, a += 4, inputDelta += 4)
            OneVectorRows<Const.Four>(w, weightTarget, a, d, r, mask, outputs, inputDelta);

        switch (inputs)
        {
            case 1: OneVectorRows<Const.One>(w, weightTarget, a, d, r, mask, outputs, inputDelta); break;
            case 2: OneVectorRows<Const.Two>(w, weightTarget, a, d, r, mask, outputs, inputDelta); break;
            case 3: OneVectorRows<Const.Three>(w, weightTarget, a, d, r, mask, outputs, inputDelta); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OneVectorRows<R>(float* w, float* target, float* a, V delta, V rate, V mask, int outputs, float* inputDelta)
        where R : struct, IConst
    {
        nint row = outputs;
        V zero = S.Broadcast(0f), sum1 = zero, sum2 = zero, sum3 = zero;
        V sum0 = S.MultiplyAdd(LastCell<Const.Yes>(w, target, S.Broadcast(a[0]), delta, rate, mask, outputs), delta, zero);
        if (R.Value > 1)
        {
            sum1 = S.MultiplyAdd(LastCell<Const.Yes>(w + row, target + row, S.Broadcast(a[1]), delta, rate, mask, outputs), delta, zero);
        }

        if (R.Value > 2)
        {
            sum2 = S.MultiplyAdd(
                LastCell<Const.Yes>(w + 2 * row, target + 2 * row, S.Broadcast(a[2]), delta, rate, mask, outputs), delta, zero);
        }

        if (R.Value > 3)
        {
            sum3 = S.MultiplyAdd(
                LastCell<Const.Yes>(w + 3 * row, target + 3 * row, S.Broadcast(a[3]), delta, rate, mask, outputs), delta, zero);
        }

        InputDelta<R>(S.Fold(sum0), S.Fold(sum1), S.Fold(sum2), S.Fold(sum3), a, inputDelta);
    }

    /// <summary>R rows of W, one to four: the action, and δ⁻ if it is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardRows<R, TRest, TDelta>(
        float* w, float* target, float* a, float* delta, int outputs, float* inputDelta, float rate)
        where R : struct, IConst
        where TRest : struct, IConst
        where TDelta : struct, IConst
    {
        if (TDelta.Value == 0)
        {
            Act<R, TRest>(TAction.HasTarget ? target : w, a, delta, outputs, rate);
            return;
        }

        // The lanes are folded in registers. Through memory (16 floats stored and 4 loaded), a step of 32-64-64-64-16 took 1.2 times as
        // long.
        Four sums = S.Count == VirtualLanes.Count
            ? ActAndSum<R, TRest>(w, target, a, delta, outputs, rate, 0, VirtualLanes.Count)
            : Part<R, TRest>(w, target, a, delta, outputs, rate, 0);
        if (S.Count <= 8) sums += Part<R, TRest>(w, target, a, delta, outputs, rate, 8);
        if (S.Count <= 4)
        {
            Four odd = Part<R, TRest>(w, target, a, delta, outputs, rate, 4);
            odd += Part<R, TRest>(w, target, a, delta, outputs, rate, 12);
            sums += odd;
        }

        InputDelta<R>(S.Fold(sums.Row0), S.Fold(sums.Row1), S.Fold(sums.Row2), S.Fold(sums.Row3), a, inputDelta);
    }

    /// <summary>
    /// Some of the sixteen lanes, for narrower vectors. It is a call: four such parts inlined exceed what the JIT inlines at all.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Four Part<R, TRest>(float* w, float* target, float* a, float* delta, int outputs, float rate, int first)
        where R : struct, IConst
        where TRest : struct, IConst => ActAndSum<R, TRest>(w, target, a, delta, outputs, rate, first, VirtualLanes.Count);

    /// <summary>
    /// The action on R rows, without δ⁻. So there is no order of sums to keep. If a row does not end with a whole vector, its end is one
    /// more vector that overlaps the last whole one. Both are read before either is written, so the lanes they share are written twice with
    /// the same value. There are two other ways. Partial vectors after the whole ones take 2.1 times as long for 256-17, and 2.5 times for
    /// 256-31, because their masked loads wait for the stores of the row below. Partial vectors before the whole ones take 1.25 and 1.6
    /// times as long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Act<R, TRest>(float* t, float* a, float* delta, int outputs, float rate)
        where R : struct, IConst
        where TRest : struct, IConst
    {
        float* t1 = t + outputs, t2 = t1 + outputs, t3 = t2 + outputs;
        V zero = S.Broadcast(0f), r = S.Broadcast(rate);
        V a0 = S.Broadcast(a[0]), a1 = zero, a2 = zero, a3 = zero;
        if (R.Value > 1) a1 = S.Broadcast(a[1]);
        if (R.Value > 2) a2 = S.Broadcast(a[2]);
        if (R.Value > 3) a3 = S.Broadcast(a[3]);

        nint end = outputs - S.Count;
        V end0 = zero, end1 = zero, end2 = zero, end3 = zero;
        if (TRest.Value != 0)
        {
            V d = S.Load(delta + end);
            end0 = Next(t + end, a0, d, r);
            if (R.Value > 1) end1 = Next(t1 + end, a1, d, r);
            if (R.Value > 2) end2 = Next(t2 + end, a2, d, r);
            if (R.Value > 3) end3 = Next(t3 + end, a3, d, r);
        }

        for (nint i = 0; i <= end; i += S.Count)
        {
            V d = S.Load(delta + i);
            S.Store(Next(t + i, a0, d, r), t + i);
            if (R.Value > 1) S.Store(Next(t1 + i, a1, d, r), t1 + i);
            if (R.Value > 2) S.Store(Next(t2 + i, a2, d, r), t2 + i);
            if (R.Value > 3) S.Store(Next(t3 + i, a3, d, r), t3 + i);
        }

        if (TRest.Value == 0) return;

        S.Store(end0, t + end);
        if (R.Value > 1) S.Store(end1, t1 + end);
        if (R.Value > 2) S.Store(end2, t2 + end);
        if (R.Value > 3) S.Store(end3, t3 + end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Next(float* target, V a, V delta, V rate) =>
        TAction.Next<S, V>(TAction.ReadsTarget ? S.Load(target) : delta, delta, a, rate);

    /// <summary>
    /// The action on R rows, and their sums with δ. It takes the vectors that start at <paramref name="first"/>, first + step, … The
    /// products of each row are summed lane by lane.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four ActAndSum<R, TRest>(float* w, float* target, float* a, float* delta, int outputs, float rate, int first, int step)
        where R : struct, IConst
        where TRest : struct, IConst
    {
        float* w1 = w + outputs, w2 = w1 + outputs, w3 = w2 + outputs;
        float* t = TAction.HasTarget ? target : w; // one register for both if they are the same
        float* t1 = TAction.HasTarget ? t + outputs : w1;
        float* t2 = TAction.HasTarget ? t1 + outputs : w2;
        float* t3 = TAction.HasTarget ? t2 + outputs : w3;
        V zero = S.Broadcast(0f), r = S.Broadcast(rate);
        V a0 = S.Broadcast(a[0]), a1 = zero, a2 = zero, a3 = zero;
        if (R.Value > 1) a1 = S.Broadcast(a[1]);
        if (R.Value > 2) a2 = S.Broadcast(a[2]);
        if (R.Value > 3) a3 = S.Broadcast(a[3]);

        // Vectors that are not whole come first. A masked load of the last vector reaches into the row below. Once that row is stored, the
        // load waits until the store has reached the cache, whatever the mask is. So a step of 20-17-17-17 takes 0.7 of the time.
        // Overlapping ends, as in Act, gained nothing.
        nint last = TRest.Value != 0 ? first + (nint)((uint)(outputs - first + step - S.Count) / (uint)step * (uint)step) : outputs;
        int rest = (int)(outputs - last);
        V last0 = zero, last1 = zero, last2 = zero, last3 = zero, dLast = zero;
        if (TRest.Value != 0 && rest > 0)
        {
            V mask = S.First(rest);
            dLast = S.Load(delta + last);
            last0 = LastCell<Const.Yes>(w + last, t + last, a0, dLast, r, mask, rest);
            if (R.Value > 1) last1 = LastCell<Const.Yes>(w1 + last, t1 + last, a1, dLast, r, mask, rest);
            if (R.Value > 2) last2 = LastCell<Const.Yes>(w2 + last, t2 + last, a2, dLast, r, mask, rest);
            if (R.Value > 3) last3 = LastCell<Const.Yes>(w3 + last, t3 + last, a3, dLast, r, mask, rest);
        }

        V sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
        for (nint i = first; i < last; i += step)
        {
            V d = S.Load(delta + i);
            sum0 = Cell(w + i, t + i, a0, d, r, sum0);
            if (R.Value > 1) sum1 = Cell(w1 + i, t1 + i, a1, d, r, sum1);
            if (R.Value > 2) sum2 = Cell(w2 + i, t2 + i, a2, d, r, sum2);
            if (R.Value > 3) sum3 = Cell(w3 + i, t3 + i, a3, d, r, sum3);
        }

        if (TRest.Value != 0 && rest > 0)
        {
            sum0 = S.MultiplyAdd(last0, dLast, sum0);
            if (R.Value > 1) sum1 = S.MultiplyAdd(last1, dLast, sum1);
            if (R.Value > 2) sum2 = S.MultiplyAdd(last2, dLast, sum2);
            if (R.Value > 3) sum3 = S.MultiplyAdd(last3, dLast, sum3);
        }

        return new Four(sum0, sum1, sum2, sum3);
    }

    /// <summary>
    /// δ⁻ of R rows from the four lanes of the sum of each row. The multiply-add turns −0 into +0, whatever zeros the lanes held.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputDelta<R>(
        Vector128<float> sum0, Vector128<float> sum1, Vector128<float> sum2, Vector128<float> sum3, float* a, float* inputDelta)
        where R : struct, IConst
    {
        Vector128<float> aj = R.Value == 4 ? Simd128.Load(a) : Simd128.LoadFirst(a, Simd128.First(R.Value));
        Vector128<float> sums = Simd128.SumEach(sum0, sum1, sum2, sum3);
        Simd128.Store(Simd128.MultiplyAdd(sums, A.Slope<Simd128, Vector128<float>>(aj), Vector128<float>.Zero), inputDelta);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Cell(float* w, float* target, V a, V delta, V rate, V sum)
    {
        V current = S.Load(w);
        sum = S.MultiplyAdd(current, delta, sum);
        if (TAction.ReadsTarget && TAction.HasTarget) current = S.Load(target);
        S.Store(TAction.Next<S, V>(current, delta, a, rate), target);
        return sum;
    }

    /// <summary>The action on the first lanes of a vector. If a delta is wanted, the result is the old w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LastCell<TDelta>(float* w, float* target, V a, V delta, V rate, V mask, int rest)
        where TDelta : struct, IConst
    {
        V before = delta, current = delta; // means nothing to an action that reads nothing
        if (TDelta.Value != 0) current = before = S.LoadFirst(w, mask);
        if (TAction.ReadsTarget && (TAction.HasTarget || TDelta.Value == 0)) current = S.LoadFirst(target, mask);
        S.StoreFirst(TAction.Next<S, V>(current, delta, a, rate), target, rest);
        return before;
    }

    /// <summary>The sums of four rows.</summary>
    private readonly struct Four(V row0, V row1, V row2, V row3)
    {
        internal readonly V Row0 = row0, Row1 = row1, Row2 = row2, Row3 = row3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Four operator +(in Four x, in Four y) =>
            new(S.Add(x.Row0, y.Row0), S.Add(x.Row1, y.Row1), S.Add(x.Row2, y.Row2), S.Add(x.Row3, y.Row3));
    }
}
