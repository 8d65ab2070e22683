using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Simd;

namespace FastNN.Vectorised;

/// <summary>
/// Softmax over the outputs of a sample, and what training makes of it; with m = max z and e as <see cref="SoftmaxPowers"/> has it:
/// <code>a_i = e_i·(1/Σ_k e_k)
/// cross-entropy   C = ln(Σ_k e_k/e(m))·Σ_i y_i + Σ_i (m − z_i)·y_i,   δ_i = a_i − y_i
/// other costs     δ_i = a_i·(g_i − Σ_k g_k·a_k),   g = ∂C/∂a</code>
/// Sums run in sixteen lanes, i in lane i mod 16, then folded.
/// </summary>
internal static unsafe class Softmax
{
    /// <summary>A cost counts no output as less likely than e to the minus of this, so that none is infinite.</summary>
    internal const float MostUnlikely = 1.26765060e30f; // 2¹⁰⁰

    /// <summary>a from z, which may be the same.</summary>
    internal static void Run<S, V>(float* z, float* a, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        Sums<S, V> sums = Powers<S, V, Const.No>(z, null, a, count, Largest<S, V>(z, count));
        V scale = S.Broadcast(1f / Simd128.Sum(S.Fold(sums.Powers)));
        int i = 0;
        for (; i <= count - S.Count; i += S.Count) S.Store(S.Multiply(S.Load(a + i), scale), a + i);
        if (i < count) S.StoreFirst(S.Multiply(S.LoadFirst(a + i, S.First(count - i)), scale), a + i, count - i);
    }

    /// <summary>Cross-entropy: its δ, padded, and C from the sums z.</summary>
    internal static float CrossEntropyDelta<S, V>(float* z, float* y, float* delta, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        float m = Largest<S, V>(z, count);
        Sums<S, V> sums = Powers<S, V, Const.Yes>(z, y, delta, count, m);
        float sum = Simd128.Sum(S.Fold(sums.Powers)), logarithm = Logarithm.OfSum(sum / new SoftmaxPowers(m).Of(m));
        V scale = S.Broadcast(1f / sum);
        for (int i = 0; i < count; i += S.Count)
        {
            V mask = S.First(Math.Min(S.Count, count - i));
            S.Store(S.Subtract(S.And(mask, S.Multiply(S.Load(delta + i), scale)), S.LoadFirst(y + i, mask)), delta + i); // zeros past it, also of NaN
        }

        return MathF.FusedMultiplyAdd(logarithm, Simd128.Sum(S.Fold(sums.Targets)), Simd128.Sum(S.Fold(sums.Costs)));
    }

    /// <summary>δ from g = ∂C/∂a, which it replaces; a pad of zeros stays one.</summary>
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

    /// <summary>(m − z)·y on top of a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V AddCost<S, V>(V z, V y, V m, V sum)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(S.Min(S.Broadcast(MostUnlikely), S.Subtract(m, z)), y, sum);

    /// <summary>The largest of the sums. A NaN among them may get lost here, but makes all outputs NaN.</summary>
    private static float Largest<S, V>(float* z, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        V most = S.Broadcast(float.NegativeInfinity), odd = most;
        int k = 0;
        for (; k <= count - 2 * S.Count; k += 2 * S.Count)
        {
            most = S.Max(most, S.Load(z + k));
            odd = S.Max(odd, S.Load(z + k + S.Count));
        }

        for (; k <= count - S.Count; k += S.Count) most = S.Max(most, S.Load(z + k));
        most = S.Max(most, odd);
        if (k < count)
        {
            V mask = S.First(count - k);
            most = S.Max(most, S.Select(mask, S.LoadFirst(z + k, mask), S.Broadcast(float.NegativeInfinity)));
        }

        Unsafe.SkipInit(out Padding.Sixteen lanes);
        S.Store(most, (float*)&lanes);
        Vector128<float> quad = Simd128.Load((float*)&lanes);
        for (int i = 4; i < S.Count; i += 4) quad = Simd128.Max(quad, Simd128.Load((float*)&lanes + i));
        float left = quad[0] > quad[2] ? quad[0] : quad[2], right = quad[1] > quad[3] ? quad[1] : quad[3];
        return left > right ? left : right;
    }

    /// <summary>All e, and their sum; if there are targets, also the sums of these and of (m − z)·y.</summary>
    private static Sums<S, V> Powers<S, V, TCost>(float* z, float* y, float* e, int count, float largest)
        where S : struct, ISimd<V>
        where V : struct
        where TCost : struct, IConst
    {
        V m = S.Broadcast(largest);
        Sums<S, V> sums = Powers<S, V, TCost>(z, y, e, count, m, 0);
        if (S.Count <= 8) sums += Powers<S, V, TCost>(z, y, e, count, m, 8);
        if (S.Count <= 4)
        {
            Sums<S, V> odd = Powers<S, V, TCost>(z, y, e, count, m, 4);
            odd += Powers<S, V, TCost>(z, y, e, count, m, 12);
            sums += odd;
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Sums<S, V> Powers<S, V, TCost>(float* z, float* y, float* e, int count, V m, int first)
        where S : struct, ISimd<V>
        where V : struct
        where TCost : struct, IConst
    {
        V powers = S.Broadcast(0f), targets = powers, costs = powers;
        var power = new SoftmaxPowers<S, V>(m);
        int i = first, last = count - S.Count;
        if (i + Padding.Lanes <= last)
        {
            // The second half of one power with the first half of the one after the next, as in ActivationSpan.
            power.Begin(S.Load(z + i), out V t0, out V s0);
            power.Begin(S.Load(z + i + Padding.Lanes), out V t1, out V s1);
            for (; i <= last - 2 * Padding.Lanes; i += Padding.Lanes)
            {
                V zi = S.Load(z + i), ei = SoftmaxPowers<S, V>.End(t0, s0);
                (t0, s0) = (t1, s1);
                power.Begin(S.Load(z + i + 2 * Padding.Lanes), out t1, out s1);
                Add<S, V, TCost>(zi, y + i, e + i, ei, m, ref powers, ref targets, ref costs);
            }

            Add<S, V, TCost>(S.Load(z + i), y + i, e + i, SoftmaxPowers<S, V>.End(t0, s0), m, ref powers, ref targets, ref costs);
            i += Padding.Lanes;
            Add<S, V, TCost>(S.Load(z + i), y + i, e + i, SoftmaxPowers<S, V>.End(t1, s1), m, ref powers, ref targets, ref costs);
            i += Padding.Lanes;
        }

        for (; i <= last; i += Padding.Lanes)
        {
            V zi = S.Load(z + i);
            Add<S, V, TCost>(zi, y + i, e + i, power.Of(zi), m, ref powers, ref targets, ref costs);
        }

        if (i < count)
        {
            int lanes = count - i;
            V mask = S.First(lanes), zi = S.LoadFirst(z + i, mask), ei = S.And(mask, power.Of(zi));
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, TCost>(V z, float* y, float* e, V power, V m, ref V powers, ref V targets, ref V costs)
        where S : struct, ISimd<V>
        where V : struct
        where TCost : struct, IConst
    {
        S.Store(power, e);
        powers = S.Add(powers, power);
        if (TCost.Value == 0) return;

        V target = S.Load(y);
        targets = S.Add(targets, target);
        costs = AddCost<S, V>(z, target, m, costs);
    }

    private static V Products<S, V>(float* a, float* g, int count, int first)
        where S : struct, ISimd<V>
        where V : struct
    {
        V sum = S.Broadcast(0f);
        for (int i = first; i < count; i += Padding.Lanes)
        {
            V mask = S.First(Math.Min(S.Count, count - i));
            sum = S.MultiplyAdd(S.LoadFirst(g + i, mask), S.LoadFirst(a + i, mask), sum);
        }

        return sum;
    }

    /// <summary>Sums in lanes.</summary>
    private readonly struct Sums<S, V>(V powers, V targets, V costs)
        where S : struct, ISimd<V>
        where V : struct
    {
        internal readonly V Powers = powers, Targets = targets, Costs = costs;

        public static Sums<S, V> operator +(in Sums<S, V> a, in Sums<S, V> b) =>
            new(S.Add(a.Powers, b.Powers), S.Add(a.Targets, b.Targets), S.Add(a.Costs, b.Costs));
    }
}
