using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Noise, crossover, and the mean over members. Steps and epochs of members are compared with networks alone elsewhere.</summary>
public class MemberModelTests
{
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Members_are_changed_as_the_page_says(KernelVariant variant)
    {
        var draws = new Draws(1);
        for (int k = 0; k < 20; k++)
        {
            int[] widths = draws.Widths(20);
            int seed = k * 7919 - 50_000, member = 3 + k % 20;
            var ensemble = new NetworkEnsemble(widths, Activation.Tanh, Activation.Identity, 24, seed: 1, kernels: variant);
            var network = new Network(widths, Activation.Tanh, Activation.Identity, seed: 1);
            float[] first = Read(0), second = Read(1), noisy = Read(member);
            ensemble.Perturb([member], 0.25f, seed);
            Same.Bits(Members.Perturb(noisy, 0.25f, seed, member), Read(member), $"{ensemble}, noise of member {member}, seed {seed}");
            ensemble.Cross(0, 1, member, seed);
            Same.Bits(Members.Cross(first, second, seed, member), Read(member), $"{ensemble}, child {member}, seed {seed}");

            float[] x = Cases.Uniform(k, widths[0], -1f), y = new float[24 * widths[^1]];
            float[] means = new float[widths[^1]], deviations = new float[widths[^1]];
            ensemble.ForwardShared(x, y);
            ensemble.ForwardMean(x, means, deviations);
            for (int i = 0; i < means.Length; i++)
            {
                (float mean, float deviation) = Members.MeanOf([.. Enumerable.Range(0, 24).Select(m => y[m * means.Length + i])]);
                Same.Bits([mean, deviation], [means[i], deviations[i]], $"{ensemble}, output {i}");
            }

            float[] Read(int i)
            {
                ensemble.Read(i, network);
                return network.Parameters.ToArray();
            }
        }
    }
}
