using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Sample;

/// <summary>
/// Softmax over the outputs of a sample, and its deltas. m = max z, and e is the power that <see cref="SoftmaxPowers"/> computes:
/// <code>a_i = e_i·(1/Σ_k e_k)
/// cross-entropy   C = ln(Σ_k e_k/e(m))·Σ_k y_k + Σ_i (m − z_i)·y_i,   δ_i = a_i·Σ_k y_k − y_i
/// other costs     δ_i = a_i·(g_i − Σ_k g_k·a_k),   g = ∂C/∂a</code>
/// All are [outputs]. Sums have sixteen lanes: i is in lane i mod 16, and then the lanes are folded.
/// </summary>
internal static unsafe class Softmax
{
    /// <summary>
    /// a from z. Both may be the same. If all sums are near 0, no power waits for the largest sum, and each power takes two operations
    /// less: on Zen 5 115 instead of 158 ns for 1000 floats at 512 bits, and 8 instead of 14 for 16 floats.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Activate<S, V>(float* z, float* a, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        Sums<S, V> sums = Largest<S, V, Const.Yes>(z, count) <= SoftmaxPowers.Near
            ? Powers<S, V, Const.No, Const.Yes>(z, null, a, count, 0f)
            : Powers<S, V, Const.No, Const.No>(z, null, a, count, Largest<S, V, Const.No>(z, count));
        V scale = S.Broadcast(1f / Simd128.Sum(S.Fold(sums.Powers)));
        int i = 0;
        for (; i <= count - S.Count; i += S.Count) S.Store(S.Multiply(S.Load(a + i), scale), a + i);
        if (i < count) S.StoreFirst(S.Multiply(S.LoadFirst(a + i, S.First(count - i)), scale), a + i, count - i);
    }

    /// <summary>Cross-entropy from the sums z: δ, padded. The result is C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float CrossEntropyDelta<S, V>(float* z, float* y, float* delta, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        float m = Largest<S, V, Const.No>(z, count);
        Sums<S, V> sums = Powers<S, V, Const.Yes, Const.No>(z, y, delta, count, m);
        float sum = Simd128.Sum(S.Fold(sums.Powers)), logarithm = Logarithm.OfSum(sum / new SoftmaxPowers(m).Of(m));
        float target = Simd128.Sum(S.Fold(sums.Targets));
        V scale = S.Broadcast(1f / sum), all = S.Broadcast(Cost.SumOrOne(target));
        for (int i = 0; i < count; i += S.Count)
        {
            V mask = S.First(Math.Min(S.Count, count - i));
            V a = S.And(mask, S.Multiply(S.Multiply(S.Load(delta + i), scale), all)); // the padding becomes zeros, even if it is NaN
            S.Store(S.Subtract(a, S.LoadFirst(y + i, mask)), delta + i);
        }

        return MathF.FusedMultiplyAdd(logarithm, target, Simd128.Sum(S.Fold(sums.Costs)));
    }

    /// <summary>On entry delta holds g = ∂C/∂a, on return δ. A padding of zeros stays zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Delta<S, V>(float* a, float* delta, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sum = Products<S, V>(a, delta, count, 0);
        if (S.Count <= 8) sum = S.Add(sum, Products<S, V>(a, delta, count, 8));
        if (S.Count <= 4) sum = S.Add(sum, S.Add(Products<S, V>(a, delta, count, 4), Products<S, V>(a, delta, count, 12)));
        V dot = S.Broadcast(Simd128.Sum(S.Fold(sum)));
        for (int i = 0; i < count; i += S.Count)
        {
            int lanes = Math.Min(S.Count, count - i);
            V mask = S.First(lanes);
            S.StoreFirst(S.Multiply(S.LoadFirst(a + i, mask), S.Subtract(S.LoadFirst(delta + i, mask), dot)), delta + i, lanes);
        }
    }

    /// <summary>sum + (m − z)·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V AddCost<S, V>(V z, V y, V m, V sum)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(S.Min(S.Broadcast(Cost.MostUnlikely), S.Subtract(m, z)), y, sum);

    /// <summary>
    /// The largest of the sums, or of their magnitudes. A NaN among them may get lost here, but it makes all outputs NaN later.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest<S, V, TMagnitude>(float* z, int count)
        where S : struct, ISimd<V>
        where V : struct
        where TMagnitude : struct, IConst
    {
        V most = S.Broadcast(float.NegativeInfinity), odd = most;
        int k = 0;
        for (; k <= count - 2 * S.Count; k += 2 * S.Count)
        {
            most = S.Max(most, Magnitude<S, V, TMagnitude>(S.Load(z + k)));
            odd = S.Max(odd, Magnitude<S, V, TMagnitude>(S.Load(z + k + S.Count)));
        }

        for (; k <= count - S.Count; k += S.Count) most = S.Max(most, Magnitude<S, V, TMagnitude>(S.Load(z + k)));
        most = S.Max(most, odd);
        if (k < count)
        {
            V mask = S.First(count - k);
            most = S.Max(most, S.Select(mask, Magnitude<S, V, TMagnitude>(S.LoadFirst(z + k, mask)), S.Broadcast(float.NegativeInfinity)));
        }

        return Simd128.Largest(S.FoldMax(most));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Magnitude<S, V, TMagnitude>(V z)
        where S : struct, ISimd<V>
        where V : struct
        where TMagnitude : struct, IConst => TMagnitude.Value == 0 ? z : S.Abs(z);

    /// <summary>All e, and their sum. If there are targets, also the sum of the targets and the sum of (m − z)·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Sums<S, V> Powers<S, V, TCost, TNear>(float* z, float* y, float* e, int count, float m)
        where S : struct, ISimd<V>
        where V : struct
        where TCost : struct, IConst
        where TNear : struct, IConst
    {
        Sums<S, V> sums = Powers<S, V, TCost, TNear>(z, y, e, count, m, 0);
        if (S.Count <= 8) sums += Powers<S, V, TCost, TNear>(z, y, e, count, m, 8);
        if (S.Count <= 4)
        {
            Sums<S, V> odd = Powers<S, V, TCost, TNear>(z, y, e, count, m, 4);
            odd += Powers<S, V, TCost, TNear>(z, y, e, count, m, 12);
            sums += odd;
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Sums<S, V> Powers<S, V, TCost, TNear>(float* z, float* y, float* e, int count, float largest, int first)
        where S : struct, ISimd<V>
        where V : struct
        where TCost : struct, IConst
        where TNear : struct, IConst
    {
        V m = S.Broadcast(largest), powers = S.Broadcast(0f), targets = powers, costs = powers;
        SoftmaxPowers<S, V> power = TNear.Value == 1 ? new() : new(m);
        nint i = first, last = count - S.Count;
        if (i + VirtualLanes.Count <= last)
        {
            // Each iteration finishes two powers and begins the two after them. ActivationSpan does so too. With two, no values need to be
            // moved along.
            power.Begin<TNear>(S.Load(z + i), out V t0, out V s0);
            power.Begin<TNear>(S.Load(z + i + VirtualLanes.Count), out V t1, out V s1);
            for (; i <= last - 3 * VirtualLanes.Count; i += 2 * VirtualLanes.Count)
            {
                Add<S, V, TCost>(z, y, e, i, SoftmaxPowers<S, V>.End(t0, s0), m, ref powers, ref targets, ref costs);
                power.Begin<TNear>(S.Load(z + i + 2 * VirtualLanes.Count), out t0, out s0);
                Add<S, V, TCost>(z, y, e, i + VirtualLanes.Count, SoftmaxPowers<S, V>.End(t1, s1), m, ref powers, ref targets, ref costs);
                power.Begin<TNear>(S.Load(z + i + 3 * VirtualLanes.Count), out t1, out s1);
            }

            Add<S, V, TCost>(z, y, e, i, SoftmaxPowers<S, V>.End(t0, s0), m, ref powers, ref targets, ref costs);
            Add<S, V, TCost>(z, y, e, i + VirtualLanes.Count, SoftmaxPowers<S, V>.End(t1, s1), m, ref powers, ref targets, ref costs);
            i += 2 * VirtualLanes.Count;
        }

        for (; i <= last; i += VirtualLanes.Count)
            Add<S, V, TCost>(z, y, e, i, power.Of<TNear>(S.Load(z + i)), m, ref powers, ref targets, ref costs);

        if (i < count)
        {
            int lanes = (int)(count - i);
            V mask = S.First(lanes), zi = S.LoadFirst(z + i, mask), ei = S.And(mask, power.Of<TNear>(zi));
            powers = S.Add(powers, ei);
            if (TCost.Value == 0)
            {
                S.StoreFirst(ei, e + i, lanes);
            }
            else
            {
                V yi = S.LoadFirst(y + i, mask);
                S.Store(ei, e + i);
                targets = S.Add(targets, yi);
                costs = S.Select(mask, AddCost<S, V>(zi, yi, m, costs), costs);
            }
        }

        return new Sums<S, V>(powers, targets, costs);
    }

    /// <summary>
    /// One vector of e. z is read before e is written, because a load waits for a recent store if both addresses are the same within a
    /// page.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, TCost>(float* z, float* y, float* e, nint i, V power, V m, ref V powers, ref V targets, ref V costs)
        where S : struct, ISimd<V>
        where V : struct
        where TCost : struct, IConst
    {
        if (TCost.Value == 1)
        {
            V target = S.Load(y + i);
            targets = S.Add(targets, target);
            costs = AddCost<S, V>(S.Load(z + i), target, m, costs);
        }

        powers = S.Add(powers, power);
        S.Store(power, e + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Products<S, V>(float* a, float* g, int count, int first)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sum = S.Broadcast(0f);
        for (int i = first; i < count; i += VirtualLanes.Count)
        {
            V mask = S.First(Math.Min(S.Count, count - i));
            sum = S.MultiplyAdd(S.LoadFirst(g + i, mask), S.LoadFirst(a + i, mask), sum);
        }

        return sum;
    }

    /// <summary>Sums, still in lanes.</summary>
    private readonly struct Sums<S, V>(V powers, V targets, V costs)
        where S : struct, ISimd<V>
        where V : struct
    {
        internal readonly V Powers = powers, Targets = targets, Costs = costs;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Sums<S, V> operator +(in Sums<S, V> a, in Sums<S, V> b) =>
            new(S.Add(a.Powers, b.Powers), S.Add(a.Targets, b.Targets), S.Add(a.Costs, b.Costs));
    }
}
