using System.Globalization;
using FastNN.Dispatch;

using Xunit;

namespace FastNN.Tests.Activations;

/// <summary>
/// Every activation over spans of every length and over all floats. It has the same bits in every variant and at most the promised error.
/// The normal run sweeps every 1499th float. FASTNN_SWEEP=61 sweeps every 61st, and FASTNN_SWEEP=1 sweeps all 2³².
/// </summary>
public unsafe class ActivationTests(ITestOutputHelper output)
{
    private const int Chunk = 1 << 14;
    private const double SlopeUnit = 1.0 / (1 << 24);

    public static TheoryData<KernelVariant, string, Numbers> VariantsAndNumbers { get; } =
    [
        .. from set in KernelSet.Supported
           from f in OracleActivations.All
           from numbers in Enum.GetValues<Numbers>()
           select (set.Variant, f.Name, numbers),
    ];

    public static TheoryData<KernelVariant, string> VariantsAndElementwise { get; } =
        [.. from set in KernelSet.Supported from f in OracleActivations.All where f.IsElementwise select (set.Variant, f.Name)];

    public static TheoryData<string> Elementwise { get; } = [.. OracleActivations.All.Where(f => f.IsElementwise).Select(f => f.Name)];

    /// <summary>They are in the order of their names. Each has its row in the oracle.</summary>
    [Fact]
    public void All_of_them_are_there()
    {
        Assert.Equal(Cases.PropertiesOf<Activation>(), Activation.All.Select(activation => activation.ToString()));
        Assert.Equal(Activation.All, OracleActivations.All.Where(activation => !activation.Name.Contains('(', StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void Same_bits_as_the_reference_for_every_length(KernelVariant variant, string activation, Numbers numbers)
    {
        (ActivationKernels kernels, ActivationKernels reference) = Cases.KernelsOf(activation, variant);
        var supply = new Supply(numbers);
        foreach (int count in Cases.Lengths)
        {
            Guarded x = supply.Next(count, 40f), inPlace = x.Copy(), expected = supply.Target(count), actual = supply.Target(count);
            reference.Activate(x.Pointer, expected.Pointer, count);
            kernels.Activate(x.Pointer, actual.Pointer, count);
            kernels.Activate(inPlace.Pointer, inPlace.Pointer, count);

            Cases.AssertSameBits(expected.Span, actual.Span, $"{count}");
            Cases.AssertSameBits(expected.Span, inPlace.Span, $"{count}, in place");
            Guarded.AssertUntouched(x);
            Guarded.AssertGuards(expected, actual, inPlace);
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndElementwise))]
    public void Same_slopes_as_the_reference_for_every_length(KernelVariant variant, string activation)
    {
        (ActivationKernels kernels, ActivationKernels reference) = Cases.KernelsOf(activation, variant);
        foreach (Numbers numbers in Enum.GetValues<Numbers>())
        {
            var supply = new Supply(numbers);
            foreach (int count in Cases.Lengths)
            {
                Guarded expectedSlopes = supply.Next(count, 40f), slopes = expectedSlopes.Copy(), values = supply.Target(count);
                Guarded expected = supply.Target(count), actual = supply.Target(count);
                reference.Activate(slopes.Pointer, values.Pointer, count);
                reference.ActivateKeepingSlope(expectedSlopes.Pointer, expected.Pointer, count);
                kernels.ActivateKeepingSlope(slopes.Pointer, actual.Pointer, count);

                Cases.AssertSameBits(values.Span, expected.Span, $"{numbers}, {count}, value with and without slope");
                Cases.AssertSameBits(expected.Span, actual.Span, $"{numbers}, {count}, value");
                Cases.AssertSameBits(expectedSlopes.Span, slopes.Span, $"{numbers}, {count}, slope");
                Guarded.AssertGuards(expectedSlopes, slopes, expected, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndElementwise))]
    public void Special_values(KernelVariant variant, string activation)
    {
        const float Tiny = float.Epsilon, Infinity = float.PositiveInfinity, Most = float.MaxValue;
        Guarded x = new([0f, -0f, Tiny, -Tiny, Infinity, -Infinity, Most, -Most, float.NaN]);
        float[] y = OracleActivations.Of(Cases.Named(activation)).Specials;
        KernelSet.For(variant).Of(Cases.Named(activation)).Activate(x.Pointer, x.Pointer, y.Length);
        Cases.AssertSameBits(y, x.Span, activation);
        Guarded.AssertGuards(x);
    }

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void All_floats_have_the_same_bits_in_every_variant_and_at_most_the_promised_error(string name)
    {
        string? sweep = Environment.GetEnvironmentVariable("FASTNN_SWEEP");
        long stride = string.IsNullOrEmpty(sweep) ? 1499 : long.Parse(sweep, CultureInfo.InvariantCulture);
        Assert.InRange(stride, 1, 1499);
        long count = ((1L << 32) + stride - 1) / stride, chunks = (count + Chunk - 1) / Chunk;

        Activation activation = Cases.Named(name);
        var largest = default(Errors);
        var summing = new Lock();
        Parallel.For(0L, chunks, () => default(Errors), (chunk, _, most) => most.Max(Sweep(activation, chunk * Chunk, stride)), most =>
        {
            lock (summing) largest = largest.Max(most);
        });

        output.WriteLine(
            $"{count} floats: values off by at most {largest.Ulp:F3} ULP ({activation.MaxUlp} promised), "
            + $"slopes by {largest.Slope:F2}·2⁻²⁴ ({activation.MaxSlopeError})");
        Assert.InRange(largest.Ulp, 0, activation.MaxUlp);
        Assert.InRange(largest.Slope, 0, activation.MaxSlopeError);

        // The float nearest to a double is off by up to 0.5 ULP. If all floats round, a measure that finds less is broken.
        if (activation.MaxUlp > 0) Assert.InRange(largest.Ulp, 0.49, double.PositiveInfinity);
    }

    /// <summary>
    /// Compares a chunk of floats in all variants. They are every stride-th of all bit patterns. If the sweep takes all floats, only every
    /// sixteenth chunk has its slopes compared, too.
    /// </summary>
    private static Errors Sweep(Activation activation, long first, long stride)
    {
        float[] x = new float[Chunk], values = new float[Chunk];
        for (int k = 0; k < Chunk; k++) x[k] = BitConverter.UInt32BitsToSingle((uint)((first + k) * stride));
        float[]? slopes = stride > 1 || first / Chunk % 16 == 0 ? new float[Chunk] : null;
        Kernels.Activate(activation, x, values, KernelVariant.Scalar);
        if (slopes != null) Kernels.ActivateWithSlope(activation, x, new float[Chunk], slopes, KernelVariant.Scalar);
        foreach (KernelSet kernels in KernelSet.Supported.Skip(1))
            AssertSame(activation, x, values, slopes, kernels.Variant, $"{kernels.Variant} from bits 0x{first * stride:X} on");

        return ErrorsOf(activation, x, values, slopes, checkLines: stride > 1);
    }

    private static void AssertSame(
        Activation activation, float[] x, float[] values, float[]? slopes, KernelVariant variant, string what)
    {
        float[] actual = new float[Chunk], actualSlopes = new float[Chunk];
        Kernels.Activate(activation, x, actual, variant);
        Cases.AssertSameBits(values, actual, what);
        if (slopes == null) return;

        Kernels.ActivateWithSlope(activation, x, actual, actualSlopes, variant);
        Cases.AssertSameBits(values, actual, what);
        Cases.AssertSameBits(slopes, actualSlopes, what);
    }

    /// <summary>The largest errors of a chunk, and whether the straight lines are as exact as they claim.</summary>
    private static Errors ErrorsOf(Activation activation, float[] x, float[] values, float[]? slopes, bool checkLines)
    {
        double ulp = 0, slope = 0;
        var lines = new Lines(activation);
        bool hasLines = OracleActivations.Of(activation).IsStraightFarOut;
        for (int k = 0; k < Chunk; k++)
        {
            if (float.IsNaN(x[k]))
            {
                Assert.True(float.IsNaN(values[k]));
                continue;
            }

            double z = x[k];
            bool straight = hasLines && Lines.Has(z);
            double exact = straight ? lines.At(z) : activation.Exact(z), error = ErrorInUlp(values[k], exact);
            if (checkLines && straight)
                Assert.InRange(Math.Abs(exact - activation.Exact(z)), 0, Lines.Error * Math.Abs(exact) + Lines.Nothing);
            if (error > ulp) ulp = error;
            if (double.IsPositiveInfinity(activation.MaxSlopeError)) Assert.True(slopes == null || slopes[k] == values[k]);
            else if (slopes != null && float.IsFinite(x[k])) slope = Math.Max(slope, SlopeError(slopes[k], activation.ExactSlope(z)));
        }

        return new Errors(ulp, slope);
    }

    /// <summary>
    /// The error in units of the last place of the float nearest to the exact value. NaN in place of a number is infinitely wrong.
    /// </summary>
    private static double ErrorInUlp(float value, double exact)
    {
        if (value == exact || (float.IsInfinity(value) && value == (float)exact)) return 0;

        int exponent = Math.Max(1, (BitConverter.SingleToInt32Bits((float)exact) & int.MaxValue) >> 23);
        double reciprocalUlp = BitConverter.Int64BitsToDouble((150 - exponent + 1023L) << 52);
        double error = Math.Abs(value - exact) * reciprocalUlp;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static double SlopeError(float slope, double exact) =>
        float.IsNaN(slope) ? double.PositiveInfinity : Math.Abs(slope - exact) / SlopeUnit;

    /// <summary>
    /// f where it is a straight line up to <see cref="Error"/>: the tangent at 0 for |z| ≤ 2⁻⁴⁰, and the asymptotes from 128 on. Four
    /// fifths of all floats lie there. They need no exponentials.
    /// </summary>
    private readonly struct Lines(Activation f)
    {
        /// <summary>Relative, or absolute where f vanishes.</summary>
        internal const double Error = 1.0 / (1 << 30), Nothing = 1e-53;

        private const double Near = 1.0 / (1L << 40), Far = 128, Farther = 1024;
        private readonly double _zero = f.Exact(0), _left = f.ExactSlope(-Near), _right = f.ExactSlope(Near);
        private readonly double _leftEnd = f.Exact(-Farther), _leftSlope = f.ExactSlope(-Farther);
        private readonly double _rightEnd = f.Exact(Farther), _rightSlope = f.ExactSlope(Farther);

        internal static bool Has(double z) => Math.Abs(z) <= Near || (Math.Abs(z) >= Far && double.IsFinite(z));

        internal double At(double z) => Math.Abs(z) <= Near
            ? _zero + (z < 0 ? _left : _right) * z
            : z < 0 ? _leftEnd + _leftSlope * (z + Farther) : _rightEnd + _rightSlope * (z - Farther);
    }

    /// <summary>The error of values in ULP, and that of slopes in units of 2⁻²⁴.</summary>
    private readonly record struct Errors(double Ulp, double Slope)
    {
        internal Errors Max(Errors other) => new(Math.Max(Ulp, other.Ulp), Math.Max(Slope, other.Slope));
    }
}
