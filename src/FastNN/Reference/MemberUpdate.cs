using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>One update of sixteen networks, one after the other. The specification of the kernel <c>Members.MemberUpdate</c>.</summary>
internal static unsafe class MemberUpdate
{
    internal static void Update<TRule>(
        float* w, float* g, float* first, float* second, nint count, bool decays, float* terms, float clip, in RuleTerms<float> rule)
        where TRule : struct, IUpdateRule
    {
        const int members = MemberBlocks.Members;
        for (int m = 0; m < members; m++)
        {
            if (terms[MemberTerms.Parts + m] == 0f) continue;

            float keep = decays ? terms[MemberTerms.Keeps + m] : 1f, decay = decays ? terms[MemberTerms.Decays + m] : 0f;
            var update = new UpdateTerms(terms[MemberTerms.Rates + m], keep, decay, clip, terms[MemberTerms.Scales + m], rule);
            for (nint k = m; k < count * members; k += members)
                ParameterUpdate.Update<TRule>(w + k, g + k, first + k, second + k, 1, in update);
        }
    }
}
