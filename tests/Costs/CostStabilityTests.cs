using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Costs;

/// <summary>
/// The cross-entropies are costs that are computed from sums. They are finite for any finite sums, even if the exponential of a sum does
/// not fit into a float. Their deltas are the activation's value less the target, to the bit. If something is NaN or infinite, all that
/// depends on it is NaN, or what IEEE arithmetic makes of it. All this holds in every variant.
/// </summary>
public unsafe class CostStabilityTests
{
    private static readonly float[] s_extremes =
        [0f, -0f, 1f, -1f, 1e4f, -1e4f, 1e30f, -1e30f, 3e38f, -3e38f, float.MaxValue, float.MinValue, 1e-40f];

    public static TheoryData<KernelVariant, string> VariantsAndCosts { get; } =
    [
        .. from set in KernelSet.Supported
           from cost in (Cost[])[Cost.BinaryCrossEntropy, Cost.CrossEntropy]
           select (set.Variant, cost.Name),
    ];

    [Theory]
    [MemberData(nameof(VariantsAndCosts))]
    public void Finite_for_all_finite_sums(KernelVariant variant, string costName)
    {
        var random = new Random(4);
        Cost cost = Cases.CostNamed(costName);
        Activation f = Activation.All.Single(cost.Suits);
        for (int trial = 0; trial < 800; trial++)
        {
            int count = random.Next(1, 40);
            float[] sums = [.. Enumerable.Range(0, count).Select(_ => s_extremes[random.Next(s_extremes.Length)])];
            if (trial % 3 == 0) sums = Cases.Uniform(trial, count, -200f, 200f);
            float[] targets = new float[count], values = new float[count];
            targets[random.Next(count)] = 1f;
            if (!cost.TargetsSumToOne) foreach (ref float y in targets.AsSpan()) y = random.Next(2);

            Guarded z = new(sums), y2 = new(targets), delta = new(new float[count], 0, (16 - count % 16) % 16);
            float c = KernelSet.For(variant).Of(f).Under(cost).Delta(z.Pointer, z.Pointer, y2.Pointer, delta.Pointer, count);
            Kernels.Activate(f, sums, values, variant);
            string what = $"{string.Join(", ", sums)} for {string.Join(", ", targets)}";
            Assert.True(float.IsFinite(c) && c >= 0, $"{c} of {what}");
            Assert.All(values, a => Assert.InRange(a, 0f, 1.000001f));
            Cases.AssertSameBits([.. values.Zip(targets, (a, y) => a - y)], delta.Span, what);
            Guarded.AssertUntouched(z, y2);
            Guarded.AssertGuards(delta);
        }
    }

    /// <summary>The weights are 1 or 0, so the sums of the network are its inputs. Samples come alone and in batches.</summary>
    [Theory]
    [MemberData(nameof(VariantsAndCosts))]
    public void Networks_are_as_stable_as_their_kernels(KernelVariant variant, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        Activation f = Activation.All.Single(cost.Suits);
        foreach (float scale in (float[])[1e4f, 1e30f, 3e38f])
        {
            var network = new Network([2, 2], [f], seed: 1, kernels: variant);
            ((float[])[1f, 0f, 0f, 1f, 0f, 0f]).CopyTo(network.Parameters);
            var trainer = new Trainer(network, new Sgd(1e-38f), cost);
            foreach (int batch in (int[])[1, 2, 40])
            {
                float[] x = [.. Enumerable.Range(0, 2 * batch).Select(k => k % 4 is 0 or 3 ? scale : -scale)], a = new float[x.Length];
                float[] right = [.. x.Select(xi => xi > 0 ? 1f : 0f)], wrong = [.. right.Select(y => 1f - y)];
                network.Forward(x, a);
                Assert.Equal(right, a);
                Assert.Equal(0f, trainer.Evaluate(x, right));
                Assert.Equal(0f, trainer.ComputeGradient(x, right));
                Assert.Equal(-1, trainer.Gradient.IndexOfAnyExcept(0f));
                float most = trainer.Evaluate(x, wrong);
                Assert.True(float.IsFinite(most) && most >= MathF.Min(scale, 1e30f), $"{most}");
                Cases.AssertSameBits(most, trainer.ComputeGradient(x, wrong), "cost");
            }
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndCosts))]
    public void What_is_not_a_number_shows(KernelVariant variant, string costName)
    {
        foreach (int count in (int[])[1, 2, 5, 16, 17, 33, 70])
        {
            for (int at = 0; at < count; at++)
            {
                foreach (float odd in (float[])[float.NaN, float.PositiveInfinity])
                {
                    float[] sums = Cases.Uniform(at, count, -3f, 3f);
                    sums[at] = odd;
                    AssertShows(Cases.CostNamed(costName), variant, sums, at);
                }
            }
        }
    }

    /// <summary>One of the sums is NaN or infinite.</summary>
    private static void AssertShows(Cost cost, KernelVariant variant, float[] sums, int at)
    {
        int count = sums.Length;
        Activation f = Activation.All.Single(cost.Suits);
        Guarded z = new(sums), y = new(Cases.Uniform(7, count)), a = new(new float[count]);
        Guarded delta = new(new float[count], 3, (16 - count % 16) % 16);
        float c = KernelSet.For(variant).Of(f).Under(cost).Delta(z.Pointer, z.Pointer, y.Pointer, delta.Pointer, count);
        KernelSet.For(variant).Of(f).Activate(z.Pointer, a.Pointer, count);
        Guarded.AssertGuards(delta, a);
        if (!f.IsElementwise)
        {
            Assert.True(float.IsNaN(c));
            Assert.All(delta.Span.ToArray(), d => Assert.True(float.IsNaN(d)));
            Assert.All(a.Span.ToArray(), ai => Assert.True(float.IsNaN(ai)));
        }
        else
        {
            bool isNaN = float.IsNaN(sums[at]);
            Assert.Equal(isNaN, float.IsNaN(c));
            for (int k = 0; k < count; k++) Assert.Equal(k == at && isNaN, float.IsNaN(delta.Span[k]));
        }
    }
}
