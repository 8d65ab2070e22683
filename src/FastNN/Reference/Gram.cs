using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// H += JᵀJ over one segment, the lower triangle (<see cref="GramSegments"/>). The specification of the kernel <c>Batch.Gram</c>. Its
/// panels have one column.
/// </summary>
internal static unsafe class Gram
{
    internal static void PackRow(float* from, int columns, float* panels, int row, int rows)
    {
        for (int i = 0; i < columns; i++) panels[(nint)i * rows + row] = from[i];
    }

    internal static void Add(float* panels, int rows, int from, int to, double* h, nint stride)
    {
        for (int j = from; j < to; j++)
        {
            for (int i = 0; i <= j; i++)
            {
                float* first = panels + (nint)j * rows, second = panels + (nint)i * rows;
                float sum = 0f;
                for (int r = 0; r < rows; r++) sum = MathF.FusedMultiplyAdd(first[r], second[r], sum);
                h[j * stride + i] += sum;
            }
        }
    }
}
