using System.Runtime.CompilerServices;
using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>The kernels for sixteen networks.</summary>
internal readonly unsafe partial struct VectorTileKernels<S, V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MemberForward(float* a, int inputs, float* w, float* b, float* z, int outputs, MemberGroup group) =>
        Members.MemberForward.Compute<S, V>(a, inputs, w, b, z, outputs, group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MemberBackward<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone)
        where A : struct, IActivation =>
        Members.MemberBackward.Compute<S, V, A>(w, delta, outputs, kept, inputs, inputDelta, group, alone);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MemberGradient(
        float* a, int inputs, float* delta, int outputs, MemberGroup group, bool alone, float* sum, float* target, float scale,
        float* terms) =>
        Members.MemberGradient.Compute<S, V>(a, inputs, delta, outputs, group, alone, sum, target, scale, terms);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MemberUpdate<TRule>(
        float* w, float* g, float* first, float* second, nint count, bool decays, float* terms, float clip, in RuleTerms<float> rule)
        where TRule : struct, IUpdateRule =>
        Members.MemberUpdate.Update<S, V, TRule>(w, g, first, second, count, decays, terms, clip, in rule);
}
