using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>One update of count parameters by any rule. The specification of the kernel <c>Spans.ParameterUpdate</c>.</summary>
internal static unsafe class ParameterUpdate
{
    internal static void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule
    {
        RuleTerms<float> rule = terms.Rule;
        float none = 0f;
        for (nint k = 0; k < count; k++)
        {
            float gradient = NormBlocks.Clip(g[k], terms.Clip) * terms.Scale;
            if (terms.Decay != 0f) gradient = MathF.FusedMultiplyAdd(terms.Decay, w[k], gradient);
            ref float m = ref TRule.States > 0 ? ref first[k] : ref none;
            ref float v = ref TRule.States > 1 ? ref second[k] : ref none;
            float direction = TRule.Direction(gradient, ref m, ref v, in rule);
            if (terms.Rate != 0f) w[k] = MathF.FusedMultiplyAdd(terms.Rate, direction, terms.Keep * w[k]);
        }
    }
}
