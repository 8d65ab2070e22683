using System.Reflection;
using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Values and slopes of activations.</summary>
public class ActivationModelTests
{
    /// <summary>Takes a float of every 2³²/Stride. The stride is odd, so all last bits occur.</summary>
    private const int Stride = 21_001;

    public static TheoryData<string> Elementwise { get; } = [.. from f in Enum.GetNames<Function>() where f != "Softmax" select f];

    [Fact]
    public void The_model_has_every_activation() => Assert.Equal(
        Enum.GetNames<Function>().Order(),
        from method in typeof(Activation).GetMethods(BindingFlags.Static | BindingFlags.Public)
        where method.ReturnType == typeof(Activation)
        let name = method.Name.Replace("get_", "")
        orderby name
        select name);

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
        float[] limits =
        [
            0, 0.5f, 1, 2.5f, 3, 10, 11, 14.5f, 20, 40, 87, 104, 105, 109, 110, MathF.ScaleB(1, 60), 1.17549435e-38f, float.MaxValue,
            float.PositiveInfinity,
        ];
        Compare(Enum.Parse<Function>(f), [.. limits.SelectMany(limit => Around(limit, 50))]);
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

    [Fact]
    public void Drawn_parameters_have_the_models_values_and_slopes()
    {
        var draws = new Draws(3);
        for (int k = 0; k < 400; k++)
        {
            (float c, float d, float[] limits) = (Parameter(draws), Parameter(draws), [.. draws.Special(2, 4).Order()]);
            float[] z = [.. draws.Ordinary(100, 5), .. draws.Wide(100, 20), .. draws.Special(100, 2), c, d, .. limits];
            (LeakyReluWithSlope leaky, Elu elu) = (new(c), Elu.WithAlpha(c));
            Compare(Activation.LeakyReluWithSlope(c), leaky.Value, leaky.Slope, z);
            Compare(Activation.EluWithAlpha(c), elu.Value, elu.Slope, z);
            if (limits[0] < limits[1])
            {
                var clip = new Clip(limits[0], limits[1]);
                Compare(Activation.Clip(limits[0], limits[1]), clip.Value, clip.Slope, z);
            }

            if (c == 0) continue;
            var hard = new HardSigmoid(MathF.Abs(c), d);
            Compare(Activation.HardSigmoidWith(MathF.Abs(c), d), hard.Value, hard.Slope, [.. z, .. Around(-d / c), .. Around((1 - d) / c)]);
        }
    }

    [Fact]
    public void LeakyRelu_is_LeakyReluWithSlope_of_its_number() =>
        Assert.Equal(Activation.LeakyRelu, Activation.LeakyReluWithSlope(Notation.Number(0x3C23D70A)));

    /// <summary>A finite number.</summary>
    private static float Parameter(Draws draws)
    {
        float x = draws.Below(3) switch
        {
            0 => draws.Wide(1, 20)[0],
            1 => draws.Special(1, 1)[0],
            _ => draws.Uniform(-2, 2),
        };
        return float.IsFinite(x) ? x : 0.01f;
    }

    /// <summary>Floats around x and around −x.</summary>
    private static float[] Around(float x, int steps = 3) =>
    [
        .. from sign in (float[])[1, -1] from step in Enumerable.Range(-steps, 2 * steps + 1)
           select BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(sign * x) + step),
    ];

    private static float Pattern(int k) => BitConverter.UInt32BitsToSingle((uint)k * Stride);

    private static void Compare(Function f, float[] z)
    {
        float[] a = Activations.Values(f, z);
        Compare(Pair.Of(f), a, Activations.Slopes(f, z, a), z);
    }

    private static void Compare(Activation f, Func<float, float> value, Func<float, float> slope, float[] z) =>
        Compare(f, [.. z.Select(value)], [.. z.Select(slope)], z);

    private static void Compare(Activation f, float[] a, float[] slopes, float[] z)
    {
        float[] y = new float[z.Length], s = new float[z.Length];
        foreach (KernelVariant variant in Kernels.Supported)
        {
            Kernels.Activate(f, z, y, variant);
            Same.Bits(a, y, $"{f}, {variant}");
            Kernels.ActivateWithSlope(f, z, y, s, variant);
            Same.Bits(a, y, $"{f} with slope, {variant}");
            Same.Bits(slopes, s, $"slope of {f}, {variant}");
        }
    }
}
