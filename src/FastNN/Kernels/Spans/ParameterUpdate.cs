using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// One update of count parameters by any rule:
/// <code>g ← scale·min(clip, max(−clip, g))
/// g ← g + decay·w                                  if decay is not 0
/// d ← the direction of the rule. The rule also changes its states
/// w ← keep·w + rate·d                              if rate is not 0</code>
/// All are [count]. The gradient in memory does not change. A clip of ∞ and factors of 1 change no bit.
/// </summary>
internal static unsafe class ParameterUpdate
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Update<S, V, TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where S : struct, ISimd<V>
        where V : struct
        where TRule : struct, IUpdateRule
    {
        RuleTerms<float> rule = terms.Rule;
        var coefficients = new RuleTerms<V>(
            S.Broadcast(rule.FirstKeep), S.Broadcast(rule.FirstTake), S.Broadcast(rule.SecondKeep), S.Broadcast(rule.SecondTake),
            S.Broadcast(rule.Correction), S.Broadcast(rule.Epsilon));
        bool decays = terms.Decay != 0f, moves = terms.Rate != 0f;
        V decay = S.Broadcast(terms.Decay), keep = S.Broadcast(terms.Keep), rate = S.Broadcast(terms.Rate);
        V most = S.Broadcast(terms.Clip), least = S.Broadcast(-terms.Clip), scale = S.Broadcast(terms.Scale);
        V m = default, v = default;
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count)
        {
            V current = S.Load(w + k), gradient = Gradient<S, V>(S.Load(g + k), most, least, scale, decays, decay, current);
            if (TRule.States > 0) m = S.Load(first + k);
            if (TRule.States > 1) v = S.Load(second + k);
            V direction = TRule.Direction<S, V>(gradient, ref m, ref v, in coefficients);
            if (TRule.States > 0) S.Store(m, first + k);
            if (TRule.States > 1) S.Store(v, second + k);
            if (moves) S.Store(Next<S, V>(rate, direction, keep, current), w + k);
        }

        int rest = (int)(count - k);
        if (rest > 0)
        {
            V mask = S.First(rest), current = S.LoadFirst(w + k, mask);
            V gradient = Gradient<S, V>(S.LoadFirst(g + k, mask), most, least, scale, decays, decay, current);
            if (TRule.States > 0) m = S.LoadFirst(first + k, mask);
            if (TRule.States > 1) v = S.LoadFirst(second + k, mask);
            V direction = TRule.Direction<S, V>(gradient, ref m, ref v, in coefficients);
            if (TRule.States > 0) S.StoreFirst(m, first + k, rest);
            if (TRule.States > 1) S.StoreFirst(v, second + k, rest);
            if (moves) S.StoreFirst(Next<S, V>(rate, direction, keep, current), w + k, rest);
        }
    }

    /// <summary>The gradient, clipped and scaled. If the decay is part of it, the decay is added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Gradient<S, V>(V g, V most, V least, V scale, bool decays, V decay, V w)
        where S : struct, ISimd<V>
        where V : struct
    {
        V gradient = S.Multiply(S.Min(most, S.Max(least, g)), scale);
        if (decays) gradient = S.MultiplyAdd(decay, w, gradient);
        return gradient;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Next<S, V>(V rate, V direction, V keep, V w)
        where S : struct, ISimd<V>
        where V : struct => S.MultiplyAdd(rate, direction, S.Multiply(keep, w));
}
