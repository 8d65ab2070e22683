using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Members;

/// <summary>
/// One update of count parameters of each of sixteen networks, as <see cref="Spans.ParameterUpdate"/> does it for one. Parameters, gradient
/// and states are [count][16]. Each lane has the numbers of its network (<see cref="MemberTerms"/>). A lane that takes no part keeps its
/// parameters and states.
/// </summary>
internal static unsafe class MemberUpdate
{
    private const int Lanes = MemberBlocks.Members;

    /// <param name="w">Parameters.</param>
    /// <param name="g">The gradient, which does not change.</param>
    /// <param name="first">The first state. It may be null if the rule has none.</param>
    /// <param name="second">The second state.</param>
    /// <param name="count">Parameters of a network.</param>
    /// <param name="decays">Whether they decay: they are weights.</param>
    /// <param name="terms">The numbers of each network.</param>
    /// <param name="clip">The largest magnitude of a component of the gradient.</param>
    /// <param name="rule">The numbers of all networks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Update<S, V, TRule>(
        float* w, float* g, float* first, float* second, nint count, bool decays, float* terms, float clip, in RuleTerms<float> rule)
        where S : struct, ISimd<V>
        where V : struct
        where TRule : struct, IUpdateRule
    {
        RuleTerms<float> numbers = rule;
        var coefficients = new RuleTerms<V>(
            S.Broadcast(numbers.FirstKeep), S.Broadcast(numbers.FirstTake), S.Broadcast(numbers.SecondKeep),
            S.Broadcast(numbers.SecondTake), S.Broadcast(numbers.Correction), S.Broadcast(numbers.Epsilon));
        V zero = S.Broadcast(0f), most = S.Broadcast(clip), least = S.Broadcast(-clip), m = zero, v = zero;
        for (int lane = 0; lane < Lanes; lane += S.Count)
        {
            float* mine = terms + lane;
            V rate = S.Load(mine + MemberTerms.Rates), moves = MemberTerms.Moves<S, V>(rate);
            V keep = S.Load(mine + MemberTerms.Keeps), decay = S.Load(mine + MemberTerms.Decays), scale = S.Load(mine + MemberTerms.Scales);
            V isDecaying = S.Greater(decay, zero), takesPart = S.Greater(S.Load(mine + MemberTerms.Parts), zero);
            nint end = count * Lanes;
            for (nint k = lane; k < end; k += Lanes)
            {
                V current = S.Load(w + k), kept = current, gradient = S.Multiply(S.Min(most, S.Max(least, S.Load(g + k))), scale);
                if (decays)
                {
                    gradient = S.Select(isDecaying, S.MultiplyAdd(decay, current, gradient), gradient);
                    kept = S.Multiply(keep, current);
                }

                V oldM = m, oldV = v;
                if (TRule.States > 0) m = oldM = S.Load(first + k);
                if (TRule.States > 1) v = oldV = S.Load(second + k);
                V direction = TRule.Direction<S, V>(gradient, ref m, ref v, in coefficients);
                if (TRule.States > 0) S.Store(S.Select(takesPart, m, oldM), first + k);
                if (TRule.States > 1) S.Store(S.Select(takesPart, v, oldV), second + k);
                S.Store(S.Select(moves, S.MultiplyAdd(rate, direction, kept), current), w + k);
            }
        }
    }
}
