using Xunit;

namespace FastNN.Tests.Api;

/// <summary>Copies of parameters between networks, whole or in part.</summary>
public class NetworkCopyTests
{
    private static readonly int[] s_widths = [5, 33, 3];

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_part_of_the_way_has_the_bits_of_the_formula(KernelVariant variant)
    {
        foreach (float t in (float[])[0f, 0.005f, 0.3f, 1f - 1f / (1 << 24), 1f])
        {
            Network target = Made(seed: 1, variant), online = Made(seed: 2, KernelVariant.Scalar);
            online.Parameters[3] = -0f;
            target.Parameters[4] = t == 0f ? float.NaN : 0.5f;
            float[] w = target.Parameters.ToArray(), o = online.Parameters.ToArray();
            target.Blend(online, t);
            float[] expected = [.. w.Zip(o, (wk, ok) => t == 0f ? wk : t == 1f ? ok : MathF.FusedMultiplyAdd(t, ok, (1f - t) * wk))];
            Cases.AssertSameBits(expected, target.Parameters, $"t = {t}");
            Cases.AssertSameBits(o, online.Parameters, "the other network");
        }
    }

    [Fact]
    public void A_copy_computes_the_same()
    {
        Network target = Made(seed: 1), online = Made(seed: 2);
        foreach (Network network in (Network[])[target, online])
            (network.InputStandardizer, network.OutputStandardizer) = (new Standardizer(5), new Standardizer(3));
        online.InputStandardizer!.Update(Cases.Uniform(1, 50));
        online.OutputStandardizer!.Update(Cases.Uniform(2, 30));
        target.CopyFrom(online);
        float[] x = Cases.Uniform(3, 35), expected = new float[21], actual = new float[21];
        online.Forward(x, expected);
        target.Forward(x, actual);
        Cases.AssertSameBits(expected, actual, "outputs");
        Assert.Equal(online.InputStandardizer.Samples, target.InputStandardizer!.Samples);
        Assert.NotSame(online.InputStandardizer, target.InputStandardizer);
    }

    [Fact]
    public void A_network_of_another_shape_is_refused()
    {
        Network network = Made(seed: 1), standardized = Made(seed: 1);
        standardized.InputStandardizer = new Standardizer(5);
        foreach ((string what, string expected, string given, Network other) in (
            (string, string, string, Network)[])
            [
                ("Inputs", "5", "6", new Network([6, 33, 3], Activation.Tanh, Activation.Identity, seed: 1)),
                ("Layers.Count", "2", "1", new Network([5, 3], Activation.Tanh, Activation.Identity, seed: 1)),
                ("Layers[0].Outputs", "33", "34", new Network([5, 34, 3], Activation.Tanh, Activation.Identity, seed: 1)),
                ("Layers[1].Activation", "Identity", "Sigmoid", new Network([5, 33, 3], Activation.Tanh, Activation.Sigmoid, seed: 1)),
                ("InputStandardizer", "null", "set", standardized),
            ])
        {
            float[] before = network.Parameters.ToArray();
            string message = $"other.{what} must be {expected}, as in this network, but is {given}.";
            Assert.StartsWith(message, Assert.Throws<ArgumentException>("other", () => network.CopyFrom(other)).Message);
            Assert.StartsWith(message, Assert.Throws<ArgumentException>("other", () => network.Blend(other, 0.5f)).Message);
            Cases.AssertSameBits(before, network.Parameters, what);
        }

        Assert.Throws<ArgumentNullException>("other", () => network.CopyFrom(null!));
        Assert.Throws<ArgumentNullException>("other", () => network.Blend(null!, 0.5f));
        foreach (float t in (float[])[-0.1f, 1.1f, float.NaN])
            Assert.Throws<ArgumentOutOfRangeException>("t", () => network.Blend(Made(seed: 2), t));
    }

    [Fact]
    public void Networks_whose_standardizers_differ_are_copied_but_not_blended()
    {
        Network target = Made(seed: 1), online = Made(seed: 2);
        Standardizer shared = Standardizer.Fit(Cases.Uniform(1, 50), 5);
        (online.InputStandardizer, target.InputStandardizer) = (shared, shared.Clone());
        (online.OutputStandardizer, target.OutputStandardizer) = (new Standardizer(3), new Standardizer(3));
        target.Blend(online, 0.5f);

        float[] before = target.Parameters.ToArray();
        foreach ((string property, Standardizer standardizer) in (
            (string, Standardizer)[])
            [("InputStandardizer", shared), ("OutputStandardizer", online.OutputStandardizer)])
        {
            standardizer.Update(Cases.Uniform(2, 3 * standardizer.Width));
            foreach (float t in (float[])[0f, 0.5f, 1f])
            {
                string message = Assert.Throws<ArgumentException>("other", () => target.Blend(online, t)).Message;
                Assert.StartsWith($"other.{property} must have the numbers of this network's, but has others", message);
            }

            Cases.AssertSameBits(before, target.Parameters, "parameters");
            target.CopyFrom(online);
            before = target.Parameters.ToArray();
            target.Blend(online, 0.5f);
        }

        target.InputStandardizer = shared;
        shared.Update(Cases.Uniform(3, 50));
        target.Blend(online, 0.5f);
    }

    [Fact]
    public void Warm_copies_allocate_nothing()
    {
        Network target = Made(seed: 1), online = Made(seed: 2);
        (target.InputStandardizer, online.InputStandardizer) = (new Standardizer(5), new Standardizer(5));
        target.Blend(online, 0.1f);
        target.CopyFrom(online);
        long before = GC.GetAllocatedBytesForCurrentThread();
        target.Blend(online, 0.1f);
        target.CopyFrom(online);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static Network Made(int seed, KernelVariant variant = KernelVariant.Auto) =>
        new(s_widths, Activation.Tanh, Activation.Identity, seed, Initializer.Glorot, variant);
}
