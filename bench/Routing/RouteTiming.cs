using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FastNN.Bench.Contests;
using FastNN.Bench.Machine;
using FastNN.Bench.Runs;
using FastNN.Bench.WholeNetworks;
using FastNN.Plumbing;

namespace FastNN.Bench.Routing;

/// <summary>What one process measured of a network of identities on the routes that its environment leaves or forces.</summary>
/// <param name="Gigaflops">The peak of multiply-adds, at the variant's width.</param>
/// <param name="Forward">Nanoseconds of a call.</param>
/// <param name="Step">The same.</param>
/// <param name="Digest">Of the outputs, and of the parameters after a step: the same on every route.</param>
internal sealed record RouteTiming(double Gigaflops, double Forward, double Step, string Digest)
{
    /// <summary>The command that measures in a process of its own.</summary>
    internal const string Command = "time-routes";

    private const double MostScalarProducts = 2e8, Seconds = 0.5;
    private const int FewestRounds = 5, MostRounds = 300;

    /// <summary>In the process: compares with the reference, measures and leaves the result in a file.</summary>
    internal static void Run(RouteQuestion question, KernelVariant variant, string path)
    {
        Contestant contestant = Contestant.Variants.First(any => any.Set.Variant == variant);
        Network network = Networks.Create(question.Widths, NetworkKind.Linear, contestant);
        var trainer = new Trainer(network, new Sgd(1e-6f));
        var random = new SplitMix64(seed: 1);
        float[] x = new float[question.Batch * network.Inputs], y = new float[question.Batch * network.Outputs];
        foreach (ref float value in x.AsSpan()) value = random.NextUniform(3) / 3f;
        var targets = new float[y.Length];

        network.Forward(x, y);
        CompareWithScalar(question, x, y);
        byte[] outputs = MemoryMarshal.AsBytes(y.AsSpan()).ToArray();
        trainer.Step(x, targets);
        string digest = Convert.ToHexStringLower(SHA256.HashData([.. outputs, .. MemoryMarshal.AsBytes(network.Parameters)]));

        (Measurement peak, double operations) = Limits.PeakOf(variant);
        var forward = new Measurement(calls => { for (; calls > 0; calls--) network.Forward(x, y); });
        var step = new Measurement(calls => { for (; calls > 0; calls--) trainer.Step(x, targets); });
        Measurement[] all = [peak, forward, step];
        Measurement.Prepare(all);
        double cost = all.Sum(measurement => measurement.Cost.TotalSeconds);
        Measurement.Run(all, (int)Math.Clamp(Seconds / cost, FewestRounds, MostRounds), () => { });
        Child.Leave(new RouteTiming(operations / peak.Nanoseconds, forward.Nanoseconds, step.Nanoseconds, digest), path);
    }

    /// <summary>As many samples, spread over the batch, as the reference takes in a moment.</summary>
    private static void CompareWithScalar(RouteQuestion question, float[] x, float[] y)
    {
        Network scalar = Networks.Create(question.Widths, NetworkKind.Linear, Contestant.Scalar);
        int samples = (int)Math.Clamp(MostScalarProducts / Work.OfForward(question.Widths, batch: 1).Products, 1, question.Batch);
        var expected = new float[scalar.Outputs];
        for (int k = 0; k < samples; k++)
        {
            int s = samples == 1 ? question.Batch - 1 : (int)((long)k * (question.Batch - 1) / (samples - 1));
            scalar.Forward(x.AsSpan(s * scalar.Inputs, scalar.Inputs), expected);
            ReadOnlySpan<float> actual = y.AsSpan(s * scalar.Outputs, scalar.Outputs);
            if (MemoryMarshal.AsBytes(actual).SequenceEqual(MemoryMarshal.AsBytes(expected.AsSpan()))) continue;

            throw new InvalidOperationException(
                $"Sample {s} of {question.Name} × {question.Batch} has other bits than {Contestant.Scalar}.");
        }
    }
}
