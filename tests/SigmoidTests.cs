using FastNN.Activations;
using Xunit;

namespace FastNN.Tests;

/// <summary>
/// σ over spans of every length and over all floats: the same bits in every variant, and at most the promised error. The normal run
/// sweeps every 1499th float; FASTNN_SWEEP=full sweeps all 2³².
/// </summary>
public unsafe class SigmoidTests(ITestOutputHelper output)
{
    private const int Chunk = 1 << 16;

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Same_bits_as_the_reference_for_every_length(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach (int count in Cases.Lengths.Prepend(0))
        {
            Guarded x = supply.Next(count, 40f), inPlace = x.Copy(), expected = supply.Target(count), actual = supply.Target(count);
            Cases.Reference.Sigmoid(x.Pointer, expected.Pointer, count);
            kernels.Sigmoid(x.Pointer, actual.Pointer, count);
            kernels.Sigmoid(inPlace.Pointer, inPlace.Pointer, count);

            Cases.AssertSameBits(expected.Span, actual.Span, $"{count}");
            Cases.AssertSameBits(expected.Span, inPlace.Span, $"{count}, in place");
            Guarded.AssertUntouched(x);
            Guarded.AssertGuards(expected, actual, inPlace);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Special_values(KernelVariant variant)
    {
        const float Tiny = float.Epsilon, Infinity = float.PositiveInfinity;
        Guarded x = new([0f, -0f, Tiny, -Tiny, Infinity, -Infinity, float.MaxValue, float.MinValue, float.NaN]);
        float[] y = [0.5f, 0.5f, 0.5f, 0.5f, 1f, 0f, 1f, 0f, float.NaN];
        KernelSet.For(variant).Sigmoid(x.Pointer, x.Pointer, y.Length);
        Cases.AssertSameBits(y, x.Span, "σ");
        Guarded.AssertGuards(x);
    }

    [Fact]
    public void All_floats_have_the_same_bits_in_every_variant_and_at_most_the_promised_error()
    {
        string? sweep = Environment.GetEnvironmentVariable("FASTNN_SWEEP");
        Assert.True(sweep is null or "" or "full", $"FASTNN_SWEEP must be unset or full, but is {sweep}.");
        long stride = sweep == "full" ? 1 : 1499;
        long count = ((1L << 32) + stride - 1) / stride, chunks = (count + Chunk - 1) / Chunk;

        double largest = 0;
        var summing = new Lock();
        Parallel.For(0L, chunks, () => 0.0, (chunk, _, most) => Math.Max(most, Sweep(chunk * Chunk, stride)), most =>
        {
            lock (summing) largest = Math.Max(largest, most);
        });

        output.WriteLine($"{count} floats, largest error {largest:F4} ULP, promised {Sigmoid.MaxUlp}");
        Assert.InRange(largest, 1.5, Sigmoid.MaxUlp); // the float nearest to a double is within 0.5: a measure that finds less than 1.5 is broken
    }

    /// <summary>Compares a chunk of floats, every stride-th of all bit patterns, in all variants; returns the largest error in ULP.</summary>
    private static double Sweep(long first, long stride)
    {
        float[] x = new float[Chunk], expected = new float[Chunk], actual = new float[Chunk];
        for (int k = 0; k < Chunk; k++) x[k] = BitConverter.UInt32BitsToSingle((uint)((first + k) * stride));
        Kernels.Sigmoid(x, expected, KernelVariant.Scalar);
        foreach (KernelSet kernels in KernelSet.Supported.Skip(1))
        {
            Kernels.Sigmoid(x, actual, kernels.Variant);
            Cases.AssertSameBits(expected, actual, $"{kernels.Variant} from bits 0x{first * stride:X} on");
        }

        double most = 0;
        for (int k = 0; k < Chunk; k++)
        {
            if (float.IsNaN(x[k])) Assert.True(float.IsNaN(expected[k]));
            else most = Math.Max(most, ErrorInUlp(expected[k], 1 / (1 + Math.Exp(-(double)x[k]))));
        }

        return most;
    }

    /// <summary>In units of the last place of the float nearest to the exact value; NaN, where a number belongs, is infinitely wrong.</summary>
    private static double ErrorInUlp(float value, double exact)
    {
        int exponent = Math.Max(1, BitConverter.SingleToInt32Bits((float)exact) >> 23);
        double reciprocalUlp = BitConverter.Int64BitsToDouble((150 - exponent + 1023L) << 52);
        double error = Math.Abs(value - exact) * reciprocalUlp;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }
}
