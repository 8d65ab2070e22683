using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>The code of docs/ensembles.md.</summary>
public class EnsembleRecipes(ITestOutputHelper output)
{
    [Fact]
    public void The_best_of_many_networks_is_found()
    {
        float[] states = Cases.Uniform(1, 1024 * 4, -1f);
        // <ensemble>
        var players = new NetworkEnsemble([4, 8, 2], hidden: Activation.Tanh, output: Activation.Identity, count: 1024, seed: 1);
        float[] actions = new float[1024 * 2];
        players.Forward(states, actions); // a state for each player; row i of actions is what player i does

        int best = Enumerable.Range(0, 1024).MaxBy(i => actions[2 * i]);
        var winner = new Network([4, 8, 2], hidden: Activation.Tanh, output: Activation.Identity, seed: 1);
        players.Read(best, winner); // a network by itself, with the same outputs to the bit
        // </ensemble>
        float[] alone = new float[2];
        winner.Forward(states.AsSpan(best * 4, 4), alone);
        Cases.AssertSameBits(alone, actions.AsSpan(best * 2, 2), "the winner");
    }

    [Fact]
    public void Evolution_balances_poles()
    {
        const int most = 500;
        int balanced = 0;
        // <evolution>
        var players = new NetworkEnsemble([4, 8, 1], hidden: Activation.Tanh, output: Activation.Tanh, count: 256, seed: 1);
        float[] pushes = new float[256];
        int[] sources = new int[256];
        for (int generation = 0; generation < 15; generation++)
        {
            var game = new CartPoles(256, seed: generation); // a cart for each player, all from the same start
            for (int step = 0; step < most; step++)
            {
                players.Forward(game.States, pushes);
                game.Push(pushes);
            }

            int[] ranking = [.. Enumerable.Range(0, 256).OrderByDescending(player => game.Steps[player])];
            for (int i = 0; i < 256; i++) sources[ranking[i]] = ranking[i % 32]; // the best 32 live on, and each has seven children
            players.Rearrange(sources);
            players.Perturb(ranking.AsSpan(32), deviation: 0.2f, seed: generation); // the children are not quite their parents
            balanced = game.Steps.Count(steps => steps == most);
        }
        // </evolution>
        output.WriteLine($"{balanced} of 256 players balance the pole for {most} steps");
        Assert.InRange(balanced, 24, 256);
    }

    [Fact]
    public void Tournaments_choose_parents()
    {
        var players = new NetworkEnsemble([2, 3, 1], count: 100, seed: 1);
        float[] fitness = Cases.Uniform(1, 100, 0f);
        var random = new Random(1);
        int[] sources = new int[100];
        // <tournament>
        for (int i = 0; i < 100; i++) // the best of three random members becomes member i
            sources[i] = Enumerable.Range(0, 3).Select(_ => random.Next(100)).MaxBy(member => fitness[member]);
        players.Rearrange(sources);
        for (int i = 0; i < 100; i += 2) players.Cross(i, i + 1, child: i, seed: 1); // half of them get a second parent
        // </tournament>
        Assert.True(sources.Average(member => fitness[member]) > fitness.Average());
    }

    [Fact]
    public void A_population_finds_its_learning_rates()
    {
        (float[] x, float[] y) = Curve(200);
        int[] sources = new int[100];
        // <population>
        float[] rates = [.. Enumerable.Range(0, 100).Select(i => MathF.Pow(10f, -4f + i / 33f))]; // from 0.0001 to 0.1
        var networks = new NetworkEnsemble([1, 16, 1], hidden: Activation.Tanh, output: Activation.Identity, count: 100, seed: 1);
        var trainer = new EnsembleTrainer(networks, new Adam(), learningRates: rates);
        float[] costs = new float[100];
        for (int round = 0; round < 20; round++)
        {
            trainer.FitShared(x, y, new FitOptions { Epochs = 5, BatchSize = 20, Seed = 100 * round });
            trainer.EvaluateShared(x, y, costs);
            int[] ranking = [.. Enumerable.Range(0, 100).OrderBy(member => float.IsNaN(costs[member]) ? float.MaxValue : costs[member])];
            for (int i = 0; i < 100; i++) sources[ranking[i]] = ranking[i < 80 ? i : i - 80]; // the worst 20 become the best 20
            trainer.Rearrange(sources); // with the moments of Adam
            for (int i = 80; i < 100; i++) rates[ranking[i]] = rates[ranking[i - 80]] * (i % 2 == 0 ? 0.8f : 1.25f);
            trainer.SetLearningRates(rates);
        }
        // </population>
        output.WriteLine($"best cost {costs.Min()}, rates from {rates.Min()} to {rates.Max()}");
        Assert.InRange(costs.Min(), 0f, 0.02f);
    }

    [Fact]
    public void A_deep_ensemble_knows_what_it_has_not_seen()
    {
        (float[] x, float[] y) = Curve(200); // from −2 to 2, and nothing beyond
        // <uncertainty>
        var networks = new NetworkEnsemble([1, 16, 16, 1], hidden: Activation.Tanh, output: Activation.Identity, count: 32, seed: 1);
        var trainer = new EnsembleTrainer(networks, new Adam(0.01f));
        trainer.FitShared(x, y, new FitOptions { Epochs = 200, BatchSize = 20 });

        float[] asked = [0.5f, 5f], means = new float[2], deviations = new float[2];
        networks.ForwardMean(asked, means, deviations); // deviations[0] is small, and deviations[1] is large
        // </uncertainty>
        output.WriteLine($"{means[0]} ± {deviations[0]}, {means[1]} ± {deviations[1]}");
        Assert.InRange(means[0], MathF.Sin(1.5f) - 0.2f, MathF.Sin(1.5f) + 0.2f);
        Assert.True(deviations[1] > 5 * deviations[0], $"{deviations[1]} is not far above {deviations[0]}");
    }

    [Fact]
    public void Two_hundred_learning_rates_are_tried_at_once()
    {
        (float[] x, float[] y) = Curve(240);
        // <rates>
        float[] rates = [.. Enumerable.Range(0, 200).Select(i => MathF.Pow(10f, -5f + i / 33f))]; // from 0.00001 to 10
        var networks = new NetworkEnsemble([1, 16, 1], hidden: Activation.Tanh, output: Activation.Identity, count: 200, seed: 1);
        var first = new Network([1, 16, 1], hidden: Activation.Tanh, output: Activation.Identity, seed: 1);
        for (int i = 0; i < 200; i++) networks.Write(i, first); // all from the same start

        var trainer = new EnsembleTrainer(networks, new Adam(), learningRates: rates);
        var options = new FitOptions { Epochs = 30, BatchSize = 16, ValidationSplit = 0.2f, Patience = 5 };
        int[] seeds = [.. Enumerable.Repeat(1, 200)]; // and with the same batches
        IReadOnlyList<MemberFitResult> results = trainer.FitShared(x, y, options, seeds);
        int best = Enumerable.Range(0, 200).Where(i => results[i].ValidationCost is not float.NaN).MinBy(i => results[i].ValidationCost);
        Console.WriteLine($"{rates[best]}: {results[best]}");
        // </rates>
        Assert.InRange(rates[best], 0.001f, 1f);
        Assert.Contains(results, result => result.Reason == StopReason.EarlyStopped);
    }

    /// <summary>sin 3x with noise, in random order.</summary>
    private static (float[] X, float[] Y) Curve(int samples)
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, samples).Select(_ => random.NextSingle() * 4f - 2f)];
        return (x, [.. x.Select(xi => MathF.Sin(3f * xi) + 0.05f * (random.NextSingle() - 0.5f))]);
    }

    /// <summary>
    /// Carts with poles, one for each player, as in A. G. Barto, R. S. Sutton and C. W. Anderson, "Neuronlike adaptive elements", 1983. A
    /// pole that has fallen lies.
    /// </summary>
    private sealed class CartPoles
    {
        private const float Gravity = 9.8f, CartMass = 1f, PoleMass = 0.1f, HalfLength = 0.5f, Force = 10f, Seconds = 0.02f;

        internal CartPoles(int players, int seed)
        {
            float[] start = Cases.Uniform(seed, 4, -0.05f, 0.05f);
            States = [.. Enumerable.Range(0, players).SelectMany(_ => start)];
            Steps = new int[players];
            Fallen = new bool[players];
        }

        /// <summary>[players, 4]: place, speed, angle and its speed.</summary>
        internal float[] States { get; }

        /// <summary>How long each pole has stood.</summary>
        internal int[] Steps { get; }

        private bool[] Fallen { get; }

        /// <summary>Pushes each cart to the right if its number is positive, and otherwise to the left.</summary>
        internal void Push(float[] pushes)
        {
            for (int i = 0; i < Steps.Length; i++)
            {
                if (Fallen[i]) continue;

                Push(States.AsSpan(4 * i, 4), pushes[i] > 0f ? Force : -Force);
                Fallen[i] = MathF.Abs(States[4 * i]) > 2.4f || MathF.Abs(States[4 * i + 2]) > 0.2095f;
                if (!Fallen[i]) Steps[i]++;
            }
        }

        private static void Push(Span<float> state, float force)
        {
            float cos = MathF.Cos(state[2]), sin = MathF.Sin(state[2]);
            float part = (force + PoleMass * HalfLength * state[3] * state[3] * sin) / (CartMass + PoleMass);
            float turn = (Gravity * sin - cos * part)
                / (HalfLength * (4f / 3f - PoleMass * cos * cos / (CartMass + PoleMass)));
            float push = part - PoleMass * HalfLength * turn * cos / (CartMass + PoleMass);
            state[0] += Seconds * state[1];
            state[1] += Seconds * push;
            state[2] += Seconds * state[3];
            state[3] += Seconds * turn;
        }
    }
}
