using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Values and slopes of activations.</summary>
public class ActivationModelTests
{
    /// <summary>Takes a float of every 2³²/Stride. The stride is odd, so all last bits occur.</summary>
    private const int Stride = 21_001;

    public static TheoryData<string> Elementwise { get; } = [.. from f in Enum.GetNames<Function>() where f != "Softmax" select f];

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void Floats_at_equal_distances_have_the_models_values_and_slopes(string f) =>
        Compare(Enum.Parse<Function>(f), [.. Enumerable.Range(0, (int)((1L << 32) / Stride)).Select(Pattern)]);

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void Floats_of_ordinary_ranges_have_the_models_values_and_slopes(string f)
    {
        var draws = new Draws(1);
        Compare(
            Enum.Parse<Function>(f),
            [.. draws.Ordinary(300_000, 1), .. draws.Ordinary(300_000, 20), .. draws.Ordinary(50_000, 120), .. draws.Wide(50_000, 8)]);
    }

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void Floats_around_limits_have_the_models_values_and_slopes(string f)
    {
        float[] limits = [0, 0.5f, 1, 10, 14.5f, 40, 104, 105, 109, 1.17549435e-38f, float.MaxValue, float.PositiveInfinity];
        Compare(
            Enum.Parse<Function>(f),
            [.. from limit in limits from sign in (float[])[1, -1] from step in Enumerable.Range(-50, 101)
                select BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(sign * limit) + step)]);
    }

    [Fact]
    public void Softmax_has_the_models_values()
    {
        var draws = new Draws(2);
        for (int k = 0; k < 3_000; k++)
        {
            int n = 1 + draws.Below(k % 10 == 0 ? 300 : 70);
            float[] z = (k % 4) switch
            {
                0 => draws.Ordinary(n, 5),
                1 => draws.Ordinary(n, draws.One<float>([100, 1000, 3.3e4f, 1e6f, 1e38f])),
                2 => draws.Special(n, oneIn: 3 * n),
                _ => [.. draws.Ordinary(n, 3).Select(x => x - draws.One<float>([32768, -32768, 32770, 40000, 0]))],
            };
            float[] a = Activations.Values(Function.Softmax, z), y = new float[n];
            foreach (KernelVariant variant in Kernels.Supported)
            {
                Kernels.Activate(Activation.Softmax, z, y, variant);
                Same.Bits(a, y, $"softmax of {n}, draw {k}, {variant}");
            }
        }
    }

    private static float Pattern(int k) => BitConverter.UInt32BitsToSingle((uint)k * Stride);

    private static void Compare(Function f, float[] z)
    {
        float[] a = Activations.Values(f, z), slopes = Activations.Slopes(f, z, a), y = new float[z.Length], s = new float[z.Length];
        foreach (KernelVariant variant in Kernels.Supported)
        {
            Kernels.Activate(Pair.Of(f), z, y, variant);
            Same.Bits(a, y, $"{f}, {variant}");
            Kernels.ActivateWithSlope(Pair.Of(f), z, y, s, variant);
            Same.Bits(a, y, $"{f} with slope, {variant}");
            Same.Bits(slopes, s, $"slope of {f}, {variant}");
        }
    }
}
