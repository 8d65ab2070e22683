using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// The gradient of a layer of sixteen networks, one after the other, and what becomes of it. The specification of the kernel
/// <c>Members.MemberGradient</c>.
/// </summary>
internal static unsafe class MemberGradient
{
    internal static void Compute(
        float* a, int inputs, float* delta, int outputs, MemberGroup group, bool alone, float* sum, float* target, float scale,
        float* terms)
    {
        const int members = MemberBlocks.Members;
        for (int m = 0; m < group.Blocks * members; m++)
        {
            int from = m / members * group.Part + m % members; // the place of the first sample in a row
            float* rate = terms == null ? null : terms + m / members * MemberTerms.Floats + m % members;
            for (int j = 0; j <= inputs; j++)
            {
                for (int i = 0; i < outputs; i++)
                {
                    nint k = group.PlaceOf(from) + (j * (nint)outputs + i) * members;
                    float g = sum == null ? 0f : sum[k];
                    for (int s = from; s < from + group.Part; s += members)
                    {
                        float d = delta[i * (nint)group.Row + s], x = j < inputs ? a[j * (nint)group.Row + s] : 1f;
                        g = alone ? d * x : MathF.FusedMultiplyAdd(d, x, g);
                    }

                    g *= scale;
                    if (rate == null) target[k] = g;
                    else if (*rate < 0f) target[k] = MathF.FusedMultiplyAdd(*rate, g, target[k]);
                }
            }
        }
    }
}
