using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// The sums of one layer of sixteen networks, one after the other. The specification of the kernel <c>Members.MemberForward</c>.
/// </summary>
internal static unsafe class MemberForward
{
    internal static void Compute(float* a, int inputs, float* w, float* b, float* z, int outputs, MemberGroup group)
    {
        bool narrow = SumOrder.IsNarrow(inputs, outputs);
        nint row = group.Row;
        for (int k = 0; k < row; k++)
        {
            nint member = group.PlaceOf(k);
            for (int i = 0; i < outputs; i++)
            {
                nint place = member + i * MemberBlocks.Members; // of the member's bias and first weight
                z[i * row + k] = DenseForward.Sum(a + k, row, inputs, w + place, outputs * MemberBlocks.Members, b[place], narrow);
            }
        }
    }
}
