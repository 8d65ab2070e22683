using System.Runtime.CompilerServices;
using FastNN.Contract;

namespace FastNN.Passes;

/// <summary>
/// Copies samples of some members to the lanes and back. In the lanes a column is a row of [blocks][samples][16] (see
/// <see cref="MemberGroup"/>).
/// </summary>
internal static unsafe class MemberRows<T>
    where T : struct, ITileKernels
{
    private const int Lanes = MemberBlocks.Members, Few = 4;

    /// <summary>
    /// Each member's samples go to its lane, or, if the stride is 0, the same samples to all lanes. The lanes of members that do not exist
    /// are 0.
    /// </summary>
    /// <param name="x">The first sample of the first member. A member's samples follow one another.</param>
    /// <param name="stride">Floats from there to the first sample of the second member.</param>
    /// <param name="members">Members in all blocks.</param>
    /// <param name="columns">Numbers of a sample.</param>
    /// <param name="a">Receives the rows.</param>
    /// <param name="group">The blocks and samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gather(float* x, nint stride, int members, int columns, float* a, MemberGroup group)
    {
        if (stride == 0)
        {
            Spread(x, columns, a, group);
            return;
        }

        int row = group.Row;
        if (members < group.Blocks * Lanes) new Span<float>(a, columns * row).Clear();
        if (group.Samples == 1)
        {
            T.Transpose(x, stride, members, columns, a, row);
            return;
        }

        for (; members > 0; members -= Lanes, x += Lanes * stride, a += group.Part)
        {
            for (int s = 0; s < group.Samples; s++)
                T.Transpose(x + s * (nint)columns, stride, Math.Min(members, Lanes), columns, a + s * Lanes, row);
        }
    }

    /// <summary>Each lane goes to its member's samples. The arguments are those of <see cref="Gather"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Scatter(float* a, int members, int columns, float* y, nint stride, MemberGroup group)
    {
        if (group.Samples == 1)
        {
            Scatter(a, members, columns, y, stride, group.Row);
            return;
        }

        for (; members > 0; members -= Lanes, y += Lanes * stride, a += group.Part)
        {
            for (int s = 0; s < group.Samples; s++)
                Scatter(a + s * Lanes, Math.Min(members, Lanes), columns, y + s * (nint)columns, stride, group.Row);
        }
    }

    /// <summary>
    /// Fewer than four columns must not be written to rows that are further apart: the transposition would write a fourth.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(float* a, int members, int columns, float* y, nint stride, int row)
    {
        if (columns >= Few || stride == columns)
        {
            T.Transpose(a, row, columns, members, y, stride);
            return;
        }

        for (int m = 0; m < members; m++, y += stride)
        {
            for (int i = 0; i < columns; i++) y[i] = a[i * row + m];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(float* x, int columns, float* a, MemberGroup group)
    {
        for (int j = 0; j < columns; j++)
        {
            for (int k = 0; k < group.Blocks; k++)
            {
                for (int s = 0; s < group.Samples; s++, a += Lanes) new Span<float>(a, Lanes).Fill(x[s * (nint)columns + j]);
            }
        }
    }
}
