using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>The reference for sixteen networks.</summary>
internal readonly unsafe partial struct ScalarTileKernels
{
    public static void MemberForward(float* a, int inputs, float* w, float* b, float* z, int outputs, MemberGroup group) =>
        Reference.MemberForward.Compute(a, inputs, w, b, z, outputs, group);

    public static void MemberBackward<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone)
        where A : struct, IActivation =>
        Reference.MemberBackward.Compute<A>(w, delta, outputs, kept, inputs, inputDelta, group, alone);

    public static void MemberGradient(
        float* a, int inputs, float* delta, int outputs, MemberGroup group, bool alone, float* sum, float* target, float scale,
        float* terms) =>
        Reference.MemberGradient.Compute(a, inputs, delta, outputs, group, alone, sum, target, scale, terms);

    public static void MemberUpdate<TRule>(
        float* w, float* g, float* first, float* second, nint count, bool decays, float* terms, float clip, in RuleTerms<float> rule)
        where TRule : struct, IUpdateRule =>
        Reference.MemberUpdate.Update<TRule>(w, g, first, second, count, decays, terms, clip, in rule);
}
