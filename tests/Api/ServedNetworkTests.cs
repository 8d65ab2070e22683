using System.Diagnostics;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// Other threads may publish while a served network computes. It then uses the parameters of one publication only, and returns the number
/// of that publication.
/// </summary>
[Collection(nameof(Alone))]
public class ServedNetworkTests
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

    [Fact]
    public void Calls_compute_with_copies_of_what_was_published_last()
    {
        float[] inputs = Cases.Uniform(1, 6), outputs = new float[6];
        var network = new Network([2, 4, 3, 2], seed: 0);
        var served = new ServedNetwork(network);
        network.Parameters.Clear();
        for (int number = 0; number < 5; number++)
        {
            if (number > 0)
            {
                network = new Network([2, 4, 3, 2], seed: number);
                Assert.Equal(number, served.Publish(network));
                network.Parameters.Clear();
            }

            Assert.Equal(number, served.Forward(inputs, outputs));
            Assert.Equal(number, served.Forward(inputs.AsSpan(0, 2), outputs.AsSpan(0, 2), threads: 2));
            var expected = new float[6];
            new Network([2, 4, 3, 2], seed: number).Forward(inputs, expected);
            Cases.AssertSameBits(expected, outputs, $"publication {number}");
            AssertDerivatives(served, new Network([2, 4, 3, 2], seed: number), inputs, number);
        }

        Assert.Equal((2, 2), (served.Inputs, served.Outputs));
    }

    private static void AssertDerivatives(ServedNetwork served, Network network, float[] inputs, int number)
    {
        float[] gradient = new float[6], jacobian = new float[12], expected = new float[6], expectedJacobian = new float[12];
        network.InputGradient(inputs, inputs, expected);
        network.Jacobian(inputs, expectedJacobian);
        Assert.Equal(number, served.InputGradient(inputs, inputs, gradient));
        Assert.Equal(number, served.Jacobian(inputs, jacobian, threads: 2));
        Cases.AssertSameBits(expected, gradient, $"input gradient of publication {number}");
        Cases.AssertSameBits(expectedJacobian, jacobian, $"Jacobian of publication {number}");
    }

    [Fact]
    public void A_publication_must_have_the_widths_and_activations_of_what_is_served()
    {
        var served = new ServedNetwork(new Network([2, 4, 3], Activation.Tanh, Activation.Softmax, seed: 1));
        foreach ((Network network, string what, string expected, string given) in ((Network, string, string, string)[])
        [
            (new([3, 4, 3], Activation.Tanh, Activation.Softmax, seed: 1), "Inputs", "2", "3"),
            (new([2, 3], Activation.Tanh, Activation.Softmax, seed: 1), "Layers.Count", "2", "1"),
            (new([2, 5, 3], Activation.Tanh, Activation.Softmax, seed: 1), "Layers[0].Outputs", "4", "5"),
            (new([2, 4, 3], Activation.Tanh, Activation.Relu, seed: 1), "Layers[1].Activation", "Softmax", "Relu"),
        ])
        {
            ArgumentException exception = Assert.Throws<ArgumentException>("network", () => served.Publish(network));
            Assert.StartsWith($"network.{what} must be {expected}, as in the network that is served, but is {given}.", exception.Message);
        }

        Assert.Throws<ArgumentNullException>("network", () => served.Publish(null!));
        Assert.Throws<ArgumentNullException>("network", () => new ServedNetwork(null!));
        Assert.Equal(0, served.Forward(new float[2], new float[3]));
    }

    [Fact]
    public void A_call_that_fails_does_not_hold_up_publishers()
    {
        var network = new Network([2, 4, 3, 2], seed: 1);
        var served = new ServedNetwork(network);
        for (int number = 1; number < 5; number++)
        {
            Assert.Throws<ArgumentException>("outputs", () => served.Forward(new float[2], new float[3]));
            Assert.Throws<ArgumentOutOfRangeException>("threads", () => served.Forward(new float[2], new float[2], threads: 0));
            Assert.Throws<ArgumentException>("inputGradient", () => served.InputGradient(new float[2], new float[2], new float[3]));
            Assert.Throws<ArgumentException>("jacobian", () => served.Jacobian(new float[2], new float[3]));
            Assert.Equal(number, PublishInTime(served, network));
        }
    }

    /// <summary>This holds for every processor that the call began on.</summary>
    [Fact]
    public void A_publisher_waits_for_calls_on_the_publication_before_the_last_and_for_no_others()
    {
        for (int stripe = 1; stripe <= ServedNetwork.Stripes; stripe++)
        {
            var network = new Network([2, 4, 3, 2], seed: 1);
            var served = new ServedNetwork(network);
            long early = served.Enter(stripe, 0);
            Assert.Equal(1, served.Publish(network));
            long late = served.Enter(stripe, 1);
            Assert.Equal((0, 1), (early, late));
            AssertPublisherWaits(served, network, () => served.Leave(stripe, early));
            AssertPublisherWaits(served, network, () => served.Leave(stripe, late));
        }
    }

    /// <summary>
    /// A reader first reads which publication is current, and then counts itself. In between it slept, and one or more publications were
    /// made.
    /// </summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 5)]
    public void A_call_that_comes_late_computes_with_what_is_current_by_then(int seen, int published)
    {
        var network = new Network([2, 4, 3, 2], seed: 1);
        var served = new ServedNetwork(network);
        for (int number = 1; number <= published; number++) served.Publish(network);
        Assert.Equal(published, served.Enter(1, seen));
        Assert.Equal(published + 1, PublishInTime(served, network));
        AssertPublisherWaits(served, network, () => served.Leave(1, published));
        Assert.Equal(published + 3, PublishInTime(served, network));
    }

    [Fact]
    public void Calls_on_one_processor_are_all_counted()
    {
        var network = new Network([2, 4, 3, 2], seed: 1);
        var served = new ServedNetwork(network);
        Together.Run(4, _ =>
        {
            for (int call = 0; call < 1_000_000; call++) served.Leave(1, served.Enter(1, 0));
        });
        Assert.Equal(1, PublishInTime(served, network));
        Assert.Equal(2, PublishInTime(served, network));
        Assert.Equal(2, served.Enter(1, 2));
        Assert.Equal(3, PublishInTime(served, network));
        AssertPublisherWaits(served, network, () => served.Leave(1, 2));
    }

    /// <summary>One network has 35 parameters. The other has 7,803, so copying takes as long as computing.</summary>
    [Theory]
    [InlineData(new[] { 2, 4, 3, 2 }, "Sigmoid", 25_000, 2_000)]
    [InlineData(new[] { 9, 600, 3 }, "Softmax", 4_000, 100)]
    public void Every_call_computes_with_the_publication_that_it_names(int[] widths, string last, int publications, int series)
    {
        var network = new Network(widths, Activation.Sigmoid, Cases.Named(last), seed: 1, Initializer.Glorot);
        var run = new TrainingBesideServing(network, Cases.StressOf(publications), Cases.StressOf(series), readers: 6);
        run.Run();
        Assert.Equal((0, 0, 0L), (run.Different, run.Backwards, run.Allocated));
        Assert.InRange(run.FewestChanges, run.Paces / 2 - 1, int.MaxValue);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    public void Publications_in_a_tight_loop_tear_no_call(int readers)
    {
        Network[] published = [.. Enumerable.Range(0, 64).Select(seed => new Network([9, 60, 3], seed))];
        float[] inputs = Cases.Uniform(1, 9);
        float[][] expected = [.. published.Select(network => Forward(network, inputs))];
        ReadInATightLoop(published, readers, () =>
        {
            var outputs = new float[3];
            return served => Cases.SameBits(expected[served.Forward(inputs, outputs) % published.Length], outputs);
        });
    }

    [Fact]
    public void Publications_in_a_tight_loop_tear_no_derivatives()
    {
        Network[] published = [.. Enumerable.Range(0, 64).Select(seed => new Network([9, 60, 3], seed))];
        float[] inputs = Cases.Uniform(1, 9), outputGradient = [1f, -2f, 3f];
        float[][] gradients = [.. published.Select(_ => new float[9])], jacobians = [.. published.Select(_ => new float[27])];
        for (int k = 0; k < published.Length; k++)
        {
            published[k].InputGradient(inputs, outputGradient, gradients[k]);
            published[k].Jacobian(inputs, jacobians[k]);
        }

        ReadInATightLoop(published, readers: 8, () =>
        {
            float[] gradient = new float[9], jacobian = new float[27];
            return served => Cases.SameBits(
                gradients[served.InputGradient(inputs, outputGradient, gradient) % published.Length], gradient)
                && Cases.SameBits(jacobians[served.Jacobian(inputs, jacobian) % published.Length], jacobian);
        });
    }

    /// <summary>
    /// There are so many publications that some begin and end while a call is between two instructions. There are so many readers that some
    /// sleep there. All this goes on for as long as two seconds allow.
    /// </summary>
    /// <param name="published">Publication n is number n of these, modulo their count.</param>
    /// <param name="readers">How many threads read.</param>
    /// <param name="newReader">Gives a thread what it repeats: a call that says whether its results are those of the publication.</param>
    private static void ReadInATightLoop(Network[] published, int readers, Func<Func<ServedNetwork, bool>> newReader)
    {
        const int fewest = 10, most = 3_000_000;
        int different = 0, publications = 0;
        var served = new ServedNetwork(published[0]);
        bool done = false;
        Together.Run(readers + 1, thread => (thread == 0 ? (Action)Publish : Read)());
        Assert.Equal(0, different);
        Assert.InRange(publications, fewest, most);

        void Publish()
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                while (publications < fewest || (publications < most && Stopwatch.GetElapsedTime(start).TotalSeconds < 2))
                    served.Publish(published[++publications % published.Length]);
            }
            finally
            {
                Volatile.Write(ref done, true);
            }
        }

        void Read()
        {
            Func<ServedNetwork, bool> isRight = newReader();
            for (int call = 1; !Volatile.Read(ref done); call++)
            {
                if (!isRight(served)) Interlocked.Increment(ref different);
                if (call % 1000 == 0) Thread.Yield();
            }
        }
    }

    [Fact]
    public void Publishers_take_turns()
    {
        const int publishers = 3;
        int publications = Cases.StressOf(20_000), different = 0;
        Network[] networks = [.. Enumerable.Range(0, publishers).Select(seed => new Network([9, 60, 3], seed))];
        var served = new ServedNetwork(networks[0]);
        float[] inputs = Cases.Uniform(1, 9);
        float[][] expected = [.. networks.Select(network => Forward(network, inputs))];
        var numbers = new long[publishers][];
        Together.Run(publishers, thread =>
        {
            var outputs = new float[3];
            numbers[thread] = new long[publications];
            foreach (ref long number in numbers[thread].AsSpan())
            {
                number = served.Publish(networks[thread]);
                served.Forward(inputs, outputs);
                if (!expected.Any(one => Cases.SameBits(one, outputs))) Interlocked.Increment(ref different);
            }
        });
        Assert.Equal(0, different);
        Assert.Equal(Enumerable.Range(1, publishers * publications).Select(number => (long)number), numbers.SelectMany(one => one).Order());
    }

    private static float[] Forward(Network network, float[] inputs)
    {
        var outputs = new float[network.Outputs];
        network.Forward(inputs, outputs);
        return outputs;
    }

    /// <summary>The number of a publication that does not have to wait.</summary>
    private static long PublishInTime(ServedNetwork served, Network network)
    {
        long number = -1;
        var publisher = new Thread(() => number = served.Publish(network)) { IsBackground = true };
        publisher.Start();
        Assert.True(publisher.Join(s_hang));
        return number;
    }

    /// <summary>A publication ends only after the calls that use the old parameters have ended. New calls go on meanwhile.</summary>
    private static void AssertPublisherWaits(ServedNetwork served, Network network, Action endCalls)
    {
        long current = served.Forward(new float[2], new float[2]);
        using var begins = new ManualResetEventSlim();
        var publisher = new Thread(Publish) { IsBackground = true };
        publisher.Start();
        begins.Wait();
        Assert.False(publisher.Join(TimeSpan.FromMilliseconds(5)));
        Assert.Equal(current, served.Forward(new float[2], new float[2]));
        endCalls();
        Assert.True(publisher.Join(s_hang));
        Assert.Equal(current + 1, served.Forward(new float[2], new float[2]));

        void Publish()
        {
            begins.Set();
            served.Publish(network);
        }
    }
}
