using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Batch;

/// <summary>JᵀJ over segments. The bits are the same in every variant. No memory but its own is touched.</summary>
public unsafe class GramTests
{
    private static readonly int[] s_large = [95, 96, 97, 144, 145, 201, 217, 385];

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Same_bits_as_the_reference_for_every_number_of_columns(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        int rows = 0;
        foreach (int columns in Enumerable.Range(1, 67).Concat(s_large))
        {
            rows = rows % 37 + 1;
            int all = columns == 97 ? GramSegments.Rows : rows;
            AssertSameBits(KernelSet.For(variant), supply, columns, all, columns + rows % 3, [0, columns]);
        }
    }

    /// <summary>Threads share the rows of H. The places where they divide it change nothing.</summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Same_bits_wherever_the_rows_are_divided(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        var random = new Random(5);
        foreach (int columns in (int[])[1, 2, 9, 31, 48, 50, 66, 101, 150, 201])
        {
            int[] places = [0, .. Enumerable.Range(0, 5).Select(_ => random.Next(columns + 1)).Distinct().Order(), columns];
            AssertSameBits(KernelSet.For(variant), supply, columns, 29, columns, [.. places.Distinct()]);
        }
    }

    /// <summary>The groups of panels depend on the cache. This J has several on every machine with less than 6 MiB of L2.</summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Same_bits_for_more_columns_than_the_cache_holds(KernelVariant variant) =>
        AssertSameBits(KernelSet.For(variant), new Supply(Numbers.Ordinary), columns: 770, GramSegments.Rows, stride: 770, [0, 700, 708]);

    /// <summary>The order by the book: chains of floats in a segment, then sums in double precision.</summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Segments_are_added_in_double_precision(KernelVariant variant)
    {
        const int columns = 21, rows = 2 * GramSegments.Rows + 300;
        KernelSet kernels = KernelSet.For(variant);
        float[] j = [.. new Supply(Numbers.Ordinary).Values(rows * columns)];
        double[] expected = new double[columns * columns], h = new double[columns * columns];
        for (int first = 0; first < rows; first += GramSegments.Rows)
        {
            int count = Math.Min(rows - first, GramSegments.Rows);
            Guarded panels = new(new float[kernels.GramFloats(columns, count)]);
            fixed (float* row = &j[first * columns])
            fixed (double* sums = h)
            {
                for (int r = 0; r < count; r++) kernels.PackGramRow(row + r * columns, columns, panels.Pointer, r, count);
                kernels.AddGram(panels.Pointer, count, 0, columns, sums, columns);
            }

            for (int b = 0; b < columns; b++)
            {
                for (int a = 0; a <= b; a++)
                {
                    float chain = 0f;
                    for (int r = first; r < first + count; r++)
                        chain = MathF.FusedMultiplyAdd(j[r * columns + b], j[r * columns + a], chain);
                    expected[b * columns + a] += chain;
                }
            }
        }

        Assert.Equal(expected, h);
    }

    /// <summary>H and its copy hold numbers before the sums are added, also right of the diagonal, where they must stay.</summary>
    private static void AssertSameBits(KernelSet kernels, Supply supply, int columns, int rows, int stride, int[] places)
    {
        double[] before = [.. Cases.Uniform(columns, stride * columns).Select(value => value / 3.0)];
        Guarded expected = new(MemoryMarshal.Cast<double, float>(before), columns % 16), h = expected.Copy();
        Guarded panels = supply.Target((int)kernels.GramFloats(columns, rows));
        Guarded plain = supply.Target((int)Cases.Reference.GramFloats(columns, rows));
        Guarded row = supply.Target(columns); // one for all rows: a thread keeps only its last buffers alive
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> values = supply.Values(columns);
            values.CopyTo(row.Span);
            kernels.PackGramRow(row.Pointer, columns, panels.Pointer, r, rows);
            Cases.Reference.PackGramRow(row.Pointer, columns, plain.Pointer, r, rows);
            Assert.True(Cases.SameBits(values, row.Span), "The row was written to.");
        }

        Guarded.AssertGuards(row, panels);
        Guarded packed = new(panels.Span);
        Cases.Reference.AddGram(plain.Pointer, rows, places[0], places[^1], (double*)expected.Pointer, stride);
        for (int p = 1; p < places.Length; p++)
            kernels.AddGram(packed.Pointer, rows, places[p - 1], places[p], (double*)h.Pointer, stride);

        AssertSameBits(
            MemoryMarshal.Cast<float, double>(expected.Span), MemoryMarshal.Cast<float, double>(h.Span), $"{rows} × {columns}");
        Guarded.AssertUntouched(packed);
        Guarded.AssertGuards(h);
    }

    /// <summary>Only the bits of a NaN do not count.</summary>
    private static void AssertSameBits(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, string what)
    {
        for (int k = 0; k < expected.Length; k++)
        {
            long e = BitConverter.DoubleToInt64Bits(expected[k]), a = BitConverter.DoubleToInt64Bits(actual[k]);
            if (e != a && !(double.IsNaN(expected[k]) && double.IsNaN(actual[k])))
                Assert.Fail($"{what}: [{k}] is {actual[k]:R}, but the reference has {expected[k]:R}.");
        }
    }
}
