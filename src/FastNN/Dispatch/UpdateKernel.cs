using System.Runtime.CompilerServices;
using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>The update by one rule on the kernels of one variant, behind a plain virtual call.</summary>
internal abstract unsafe class UpdateKernel
{
    /// <summary>See <see cref="Spans.ParameterUpdate"/>. States that the rule does not have may be null.</summary>
    internal abstract void Update(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms);

    /// <summary>The same for sixteen networks (<see cref="IMemberKernels"/>).</summary>
    internal abstract void UpdateMembers(
        float* w, float* g, float* first, float* second, nint count, bool decays, float* terms, float clip, in RuleTerms<float> rule);
}

internal sealed unsafe class UpdateKernel<K, T, TRule> : UpdateKernel
    where K : struct, IKernels
    where T : struct, ITileKernels
    where TRule : struct, IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Update(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms) =>
        K.Update<TRule>(w, g, first, second, count, in terms);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void UpdateMembers(
        float* w, float* g, float* first, float* second, nint count, bool decays, float* terms, float clip, in RuleTerms<float> rule) =>
        T.MemberUpdate<TRule>(w, g, first, second, count, decays, terms, clip, in rule);
}
