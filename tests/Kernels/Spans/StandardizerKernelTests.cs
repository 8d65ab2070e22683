using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Spans;

/// <summary>
/// The steps of a standardizer on samples in rows and in tiles. The bits are the same in every variant. No memory but its own is touched.
/// </summary>
public unsafe class StandardizerKernelTests
{
    private delegate void RowStep(StandardizerKernels kernels, Standardizer standardizer, float* x, int rows, float* y);

    private delegate void TileStep(StandardizerKernels kernels, Standardizer standardizer, float* tile, int lanes, float* target);

    private static readonly (string Name, RowStep Step)[] s_rowSteps =
    [
        ("to own units", (kernels, s, x, rows, y) => kernels.ToOwnUnits(s, x, rows, y)),
        ("to user units", (kernels, s, x, rows, y) => kernels.ToUserUnits(s, x, rows, y)),
        ("gradient to own units", (kernels, s, x, rows, y) => kernels.GradientToOwnUnits(s, x, rows, y)),
    ];

    private static readonly (string Name, TileStep Step)[] s_tileSteps =
    [
        ("to own units", (kernels, s, tile, lanes, _) => kernels.TileToOwnUnits(s, tile, lanes)),
        ("to user units", (kernels, s, tile, lanes, target) => kernels.TileToUserUnits(s, tile, lanes, target)),
        ("gradient to own units", (kernels, s, tile, lanes, _) => kernels.TileGradientToOwnUnits(s, tile, lanes)),
    ];

    private static StandardizerKernels Reference => Cases.Reference.Standardizing;

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Rows_have_the_bits_of_the_reference(KernelVariant variant, Numbers numbers)
    {
        StandardizerKernels kernels = KernelSet.For(variant).Standardizing;
        var supply = new Supply(numbers);
        foreach (int width in Cases.Lengths)
        {
            Standardizer standardizer = Random(width);
            foreach ((string name, RowStep step) in s_rowSteps)
            {
                foreach (int rows in (int[])[1, 2, 3, 16, 17, 35])
                {
                    if (width > 140 && rows > 3) break;

                    Guarded x = supply.Next(rows * width), expected = supply.Target(rows * width), actual = expected.Copy();
                    step(Reference, standardizer, x.Pointer, rows, expected.Pointer);
                    step(kernels, standardizer, x.Pointer, rows, actual.Pointer);
                    Cases.AssertSameBits(expected.Span, actual.Span, $"{name}, {width} × {rows}");
                    Guarded.AssertUntouched(x);
                    Guarded.AssertGuards(expected, actual);
                    step(kernels, standardizer, x.Pointer, rows, x.Pointer);
                    Cases.AssertSameBits(expected.Span, x.Span, $"{name} in place, {width} × {rows}");
                    Guarded.AssertGuards(x);
                }
            }

            Guarded there = supply.Next(2 * width), here = there.Copy();
            Reference.GradientToUserUnits(standardizer, there.Pointer, 2);
            kernels.GradientToUserUnits(standardizer, here.Pointer, 2);
            Cases.AssertSameBits(there.Span, here.Span, $"gradient to user units, {width}");
            Guarded.AssertGuards(here);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Tiles_have_the_bits_of_the_reference(KernelVariant variant, Numbers numbers)
    {
        KernelSet set = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach (int width in (int[])[1, 2, 5, 17, 64])
        {
            Standardizer standardizer = Random(width);
            foreach (int lanes in (int[])[set.LanesFor(1), set.Tile])
            {
                foreach ((string name, TileStep step) in s_tileSteps)
                {
                    Guarded expected = supply.Next(width * lanes), actual = expected.Copy();
                    Guarded expectedTarget = supply.Target(width * lanes), actualTarget = expectedTarget.Copy();
                    step(Reference, standardizer, expected.Pointer, lanes, expectedTarget.Pointer);
                    step(set.Standardizing, standardizer, actual.Pointer, lanes, actualTarget.Pointer);
                    Cases.AssertSameBits(expected.Span, actual.Span, $"{name}, tile of {width} × {lanes}");
                    Cases.AssertSameBits(expectedTarget.Span, actualTarget.Span, $"{name}, target of {width} × {lanes}");
                    Guarded.AssertGuards(actual, actualTarget);
                }
            }
        }
    }

    /// <summary>Double precision has room for each exact operation on floats, up to a rounding that float does not see.</summary>
    [Fact]
    public void The_reference_rounds_each_operation_once()
    {
        Standardizer s = Random(100);
        float[] x = Cases.Uniform(7, 100, -50, 50), y = new float[100];
        fixed (float* px = x, py = y)
        {
            Reference.ToOwnUnits(s, px, 1, py);
            for (int j = 0; j < x.Length; j++) Assert.Equal((float)((double)(float)((double)x[j] - s.Mean[j]) * s.Factor[j]), y[j]);
            Reference.ToUserUnits(s, px, 1, py);
            for (int j = 0; j < x.Length; j++) Assert.Equal((float)((double)(float)((double)x[j] / s.Factor[j]) + s.Mean[j]), y[j]);
        }
    }

    private static Standardizer Random(int width) =>
        new(Cases.Uniform(width, width, -3, 3), [.. Cases.Uniform(width + 1, width, 0.1f, 3).Select((f, j) => j % 5 == 2 ? -f : f)]);
}
