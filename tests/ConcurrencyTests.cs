using Xunit;

namespace FastNN.Tests;

/// <summary>Eight threads at once on one shared network get the outputs that one thread gets; of two on one trainer the second is refused.</summary>
public class ConcurrencyTests
{
    private const int Threads = 8;
    private const int Calls = 3000;
    private const int Samples = 100;

    public static TheoryData<int[], KernelVariant> NetworksAndVariants { get; } =
        [.. from widths in (int[][])[[2, 4, 3, 2], [9, 600, 3]] from set in KernelSet.Supported select (widths, set.Variant)];

    [Fact]
    public void A_trainer_refuses_a_second_caller_and_goes_on()
    {
        const int samples = 2000, enough = 100;
        float[] x = Cases.Uniform(1, samples * 2), y = Cases.Uniform(2, samples * 2);
        var trainer = new Trainer(new Network([2, 4, 3, 2], seed: 1), new Sgd(1f));
        float expected = new Trainer(trainer.Network, new Sgd(1f)).Evaluate(x, y);
        int refused = 0;
        using var start = new Barrier(2);
        Thread[] threads = [new(Run), new(Run)];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.InRange(refused, enough, int.MaxValue);
        Assert.Equal(expected, trainer.Evaluate(x, y));

        void Run()
        {
            start.SignalAndWait();
            for (int call = 0; call < 100_000 && Volatile.Read(ref refused) < enough; call++)
            {
                int floats = 2 * (2 + call * 7 % (samples - 1));
                try
                {
                    trainer.Evaluate(x.AsSpan(0, floats), y.AsSpan(0, floats));
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(NetworksAndVariants))]
    public void Threads_share_a_network(int[] widths, KernelVariant variant)
    {
        var network = new Network(widths, seed: 1, variant);
        foreach (ref float parameter in network.Parameters) parameter *= 0.1f; // so that no output saturates
        float[][] inputs = [.. Enumerable.Range(0, Samples).Select(seed => Cases.Uniform(seed, network.Inputs))];
        float[][] expected = [.. inputs.Select(_ => new float[network.Outputs])];
        for (int k = 0; k < Samples; k++) network.Forward(inputs[k], expected[k]);
        Assert.Equal(Samples, expected.Select(y => y[0]).Distinct().Count()); // each sample has outputs of its own

        int equal = 0;
        using var start = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() => Run(t)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(Threads * Calls, equal);

        void Run(int thread)
        {
            var outputs = new float[network.Outputs];
            start.SignalAndWait();
            for (int call = 0; call < Calls; call++)
            {
                int k = (call + thread * 13) % Samples;
                network.Forward(inputs[k], outputs);
                if (outputs.AsSpan().SequenceEqual(expected[k])) Interlocked.Increment(ref equal);
            }
        }
    }
}
