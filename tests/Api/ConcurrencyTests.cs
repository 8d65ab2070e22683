using FastNN.Bench.Machine;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// Eight threads call one shared network millions of times. They get the outputs that one thread gets, and allocate nothing. If two threads
/// use one trainer, the second is refused.
/// </summary>
[Collection(nameof(Alone))]
public class ConcurrencyTests
{
    private const int Threads = 8, Samples = 100, MostTogether = 40;

    /// <summary>
    /// The first network needs no scratch. The second uses the stack and has a softmax. The third uses the thread's scratch. The number is
    /// how many calls a thread makes.
    /// </summary>
    public static TheoryData<int[], string, int, KernelVariant> Networks { get; } =
    [
        .. from network in ((int[], string, int)[])[([2, 4, 3, 2], "Sigmoid", 500_000), ([16, 24, 10], "Softmax", 100_000),
            ([9, 600, 3], "Sigmoid", 4_000)]
           from set in KernelSet.Supported
           let calls = set.Variant == KernelVariant.Scalar ? network.Item3 / 4 : network.Item3
           select (network.Item1, network.Item2, calls, set.Variant),
    ];

    [Fact]
    public void A_trainer_refuses_a_second_caller_and_goes_on()
    {
        const int samples = 2000, enough = 100;
        float[] x = Cases.Uniform(1, samples * 2), y = Cases.Uniform(2, samples * 2);
        var trainer = new Trainer(new Network([2, 4, 3, 2], seed: 1), new Sgd(1f));
        float expected = new Trainer(trainer.Network, new Sgd(1f)).Evaluate(x, y);
        int refused = 0;
        Together.Run(2, _ => Run());
        Assert.InRange(refused, enough, int.MaxValue);
        Assert.Equal(expected, trainer.Evaluate(x, y));

        void Run()
        {
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
    [MemberData(nameof(Networks))]
    public void Threads_share_a_network(int[] widths, string last, int calls, KernelVariant variant)
    {
        var network = new Network(widths, Activation.Sigmoid, Cases.Named(last), seed: 1, Initializer.Glorot, variant);
        int n = network.Inputs, m = network.Outputs, different = 0;
        float[] inputs = Cases.Uniform(1, Samples * n, -4f, 4f), expected = new float[Samples * m], rows = new float[Samples * n * m];
        for (int k = 0; k < Samples; k++) network.Jacobian(inputs.AsSpan(k * n, n), rows.AsSpan(k * n * m, n * m));
        for (int k = 0; k < Samples; k++) network.Forward(inputs.AsSpan(k * n, n), expected.AsSpan(k * m, m));
        // each sample has outputs of its own
        Assert.Equal(Samples, Enumerable.Range(0, Samples).Select(k => expected[k * m]).Distinct().Count());

        long allocated = 0;
        Together.Run(Threads, thread =>
        {
            float[] outputs = new float[MostTogether * m], jacobians = new float[MostTogether * n * m];
            Run(thread, outputs, jacobians, 200);
            long fewest = Allocated.Fewest(() => Run(thread, outputs, jacobians, Cases.StressOf(calls)));
            Interlocked.Add(ref allocated, fewest);
        });
        Assert.Equal(0, different);
        Assert.Equal(0, allocated);

        // Fifteen of sixteen calls take a sample alone. The others take batches, and every fourth of these a second thread.
        void Run(int thread, float[] outputs, float[] jacobians, int calls)
        {
            for (int call = 0; call < calls; call++)
            {
                int batch = call % 16 == 0 ? MostTogether - call / 16 % MostTogether : 1,
                    first = (call * 7 + thread * 13) % (Samples - batch + 1);
                Span<float> y = outputs.AsSpan(0, batch * m);
                network.Forward(inputs.AsSpan(first * n, batch * n), y, threads: call % 64 == 0 ? 2 : 1);
                if (!Cases.SameBits(y, expected.AsSpan(first * m, batch * m))) Interlocked.Increment(ref different);
                if (call % 8 != 0) continue;

                Span<float> jacobian = jacobians.AsSpan(0, batch * n * m);
                network.Jacobian(inputs.AsSpan(first * n, batch * n), jacobian, threads: call % 64 == 0 ? 2 : 1);
                if (!Cases.SameBits(jacobian, rows.AsSpan(first * n * m, batch * n * m))) Interlocked.Increment(ref different);
            }
        }
    }
}
