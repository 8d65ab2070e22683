using System.Runtime.CompilerServices;
using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>The update by one rule on the kernels of one variant, behind a plain virtual call.</summary>
internal abstract unsafe class UpdateKernel
{
    /// <summary>See <see cref="Spans.ParameterUpdate"/>. States that the rule does not have may be null.</summary>
    internal abstract void Update(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms);
}

internal sealed unsafe class UpdateKernel<K, TRule> : UpdateKernel
    where K : struct, IKernels
    where TRule : struct, IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Update(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms) =>
        K.Update<TRule>(w, g, first, second, count, in terms);
}
