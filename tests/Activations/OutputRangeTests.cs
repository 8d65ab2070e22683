using Xunit;

namespace FastNN.Tests.Activations;

/// <summary>The least and the most that an activation gives.</summary>
public class OutputRangeTests
{
    private const int Together = 4096;

    public static TheoryData<string> Names { get; } = [.. All.Select(activation => activation.Name)];

    private static IEnumerable<Activation> All =>
    [
        .. OracleActivations.All.Where(activation => activation.IsElementwise), Activation.EluWithAlpha(-0.5f), Activation.EluWithAlpha(3f),
        Activation.EluWithAlpha(0f), Activation.LeakyReluWithSlope(-2f), Activation.LeakyReluWithSlope(0f), Activation.Clip(2f, 3f),
        Activation.Clip(float.NegativeInfinity, -0.25f), Activation.Clip(-5f, float.PositiveInfinity),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_value_is_beyond_it_and_some_reach_it(string name)
    {
        Activation f = All.First(activation => activation.Name == name);
        (float least, float most) = RangeOf(f, Sums());
        if (f.LeastOutput > float.MinValue) Assert.Equal(f.LeastOutput, least);
        else Assert.InRange(least, float.NegativeInfinity, -1e36f);
        if (f.MostOutput < float.MaxValue) Assert.Equal(f.MostOutput, most);
        else Assert.InRange(most, 1e36f, float.PositiveInfinity);
    }

    [Fact]
    public void Softmax_gives_shares()
    {
        Assert.Equal((0f, 1f), (Activation.Softmax.LeastOutput, Activation.Softmax.MostOutput));
        float[] a = new float[3];
        Kernels.Activate(Activation.Softmax, [200f, -200f, 0f], a);
        Assert.Equal([1f, 0f, 0f], a);
    }

    private static (float Least, float Most) RangeOf(Activation f, IEnumerable<float> sums)
    {
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        float[] a = new float[Together];
        foreach (float[] z in sums.Chunk(Together))
        {
            Kernels.Activate(f, z, a.AsSpan(0, z.Length));
            least = MathF.Min(least, a.AsSpan(0, z.Length).ToArray().Min());
            most = MathF.Max(most, a.AsSpan(0, z.Length).ToArray().Max());
        }

        return (least, most);
    }

    /// <summary>Some of all finite floats, and every float around the places where activations are least.</summary>
    private static IEnumerable<float> Sums()
    {
        foreach (float sign in (float[])[1f, -1f])
        {
            yield return sign * float.MaxValue;
            for (int bits = 0; bits < 0x7F80_0000; bits += 40_009) yield return sign * BitConverter.Int32BitsToSingle(bits);
        }

        foreach (float place in (float[])[-0.751566231f, -0.752397537f, -1.19227755f, -1.27836514f, -1.49970114f])
        {
            int middle = BitConverter.SingleToInt32Bits(place);
            for (int bits = middle - 20_000; bits < middle + 20_000; bits++) yield return BitConverter.Int32BitsToSingle(bits);
        }
    }
}
