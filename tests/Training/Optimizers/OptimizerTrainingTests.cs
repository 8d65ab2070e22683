using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>Optimizers in a trainer: whole steps and halves, threads, variants, clipping, schedules and state.</summary>
public class OptimizerTrainingTests
{
    public static TheoryData<string, KernelVariant> RecipesAndVariants { get; } =
        [.. from name in Recipes.Names.Select(row => row.Data) from set in KernelSet.Supported select (name, set.Variant)];

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void Steps_halves_threads_and_variants_end_in_the_same_bits(string recipe)
    {
        Optimizer optimizer = Recipes.Create(recipe);
        foreach (int[] widths in (int[][])[[3, 4, 2], [20, 33, 9], [67, 64, 5], [97, 1030, 3]])
        {
            int most = widths[1] == 33 ? 700 : widths[1] == 1030 || Cases.IsSlow ? 40 : 300;
            foreach (int batch in ((int[])[1, 2, 40, 300, 700]).Where(batch => batch <= most))
            {
                float[] inputs = Cases.Uniform(1, batch * widths[0], -1f), targets = Cases.Uniform(2, batch * widths[^1]);
                var expected = new Trainer(new Network(widths, seed: 3, KernelVariant.Scalar), optimizer);
                Trainer[] whole =
                    [.. from set in KernelSet.Supported
                        from threads in Enumerable.Range(1, 3)
                        select new Trainer(new Network(widths, seed: 3, set.Variant), optimizer, threads: threads)];
                Trainer[] halves =
                    [.. KernelSet.Supported.Select(set => new Trainer(new Network(widths, seed: 3, set.Variant), optimizer))];
                for (int step = 0; step < 3; step++)
                {
                    string what = $"[{string.Join(", ", widths)}], {batch} samples, step {step}";
                    float cost = expected.ComputeGradient(inputs, targets);
                    expected.Apply();
                    foreach (Trainer trainer in whole)
                        AssertSameStep(cost, trainer.Step(inputs, targets), expected, trainer, $"{what}, {trainer.Threads} threads");
                    foreach (Trainer trainer in halves)
                    {
                        float itsCost = trainer.ComputeGradient(inputs, targets);
                        trainer.Apply();
                        AssertSameStep(cost, itsCost, expected, trainer, $"{what}, in halves");
                    }
                }
            }
        }

        static void AssertSameStep(float cost, float itsCost, Trainer expected, Trainer actual, string what)
        {
            what += $", {actual.Network.KernelVariant}";
            Cases.AssertSameBits(cost, itsCost, $"{what}, cost");
            AssertSame(expected, actual, what);
        }
    }

    [Theory]
    [MemberData(nameof(RecipesAndVariants))]
    public void A_step_of_one_sample_passes_deltas_on_through_blocks_of_rows(string recipe, KernelVariant variant)
    {
        Activation[] activations = [Activation.Gelu, Activation.Relu, Activation.Softplus, Activation.Softmax];
        foreach (int[] widths in (int[][])[[5, 150, 170, 33, 3], [3, 9, 1021, 5, 2], [2, 30, 4200, 1, 2]])
        {
            float[] inputs = Cases.Uniform(1, widths[0], -1f), targets = Cases.Uniform(2, widths[^1]);
            Trainer expected = Create(KernelVariant.Scalar), actual = Create(variant);
            for (int step = 0; step < 3; step++)
            {
                float cost = expected.ComputeGradient(inputs, targets);
                expected.Apply();
                Cases.AssertSameBits(cost, actual.Step(inputs, targets), "cost");
                AssertSame(expected, actual, $"[{string.Join(", ", widths)}], step {step}");
            }

            Trainer Create(KernelVariant kernels) =>
                new(new Network(widths, activations, seed: 3, kernels: kernels), Recipes.Create(recipe));
        }
    }

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void Training_makes_the_cost_small(string recipe)
    {
        var trainer = new Trainer(new Network([2, 8, 2], seed: 1), Recipes.Create(recipe));
        float[] inputs = Cases.Uniform(1, 20 * 2), targets = Cases.Uniform(2, 20 * 2);
        float before = trainer.Evaluate(inputs, targets);
        TrainingResult result = trainer.TrainUntil(inputs, targets, cost: 0f, maxSteps: 200);
        Assert.InRange(result.Cost, 0f, 0.999f * before);
        Assert.Equal(200, trainer.OptimizerState.Steps);
    }

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void A_restored_trainer_goes_on_with_the_same_bits(string recipe)
    {
        float[] inputs = Cases.Uniform(1, 10 * 5), targets = Cases.Uniform(2, 10 * 3);
        var trainer = new Trainer(new Network([5, 8, 3], seed: 1), Recipes.Create(recipe));
        for (int step = 0; step < 7; step++) trainer.Step(inputs, targets);

        var restored = new Trainer(new Network([5, 8, 3], seed: 2), Recipes.Create(recipe));
        OptimizerState state = trainer.OptimizerState;
        var saved = state.Names.ToDictionary(name => name, name => state[name].ToArray());
        trainer.Network.Parameters.CopyTo(restored.Network.Parameters);
        foreach ((string name, float[] values) in saved) values.CopyTo(restored.OptimizerState[name]);
        restored.OptimizerState.Steps = state.Steps;
        for (int step = 0; step < 5; step++)
        {
            trainer.Step(inputs, targets);
            restored.Step(inputs, targets);
            AssertSame(trainer, restored, $"step {step}");
        }

        Assert.Equal(12, state.Steps);
        Assert.All(state.Names, name => Assert.True(state[name].IndexOfAnyExcept(0f) >= 0));
        restored.OptimizerState.Reset();
        Assert.Equal(0, restored.OptimizerState.Steps);
        Assert.All(state.Names, name => Assert.True(restored.OptimizerState[name].IndexOfAnyExcept(0f) < 0));
    }

    [Theory]
    [MemberData(nameof(RecipesAndVariants))]
    public void No_state_decays_into_subnormal_numbers(string recipe, KernelVariant variant)
    {
        var trainer = new Trainer(new Network([5, 8, 3], seed: 1, variant), Recipes.Create(recipe));
        OptimizerState state = trainer.OptimizerState;
        foreach (string name in state.Names) Cases.Uniform(1, state[name].Length, 1e-37f, 2e-37f).CopyTo(state[name]);
        for (int k = 0; k < trainer.Gradient.Length; k++)
            trainer.Gradient[k] = (k % 4) switch { 0 => 0f, 1 => 1e-25f, 2 => -1e-20f, _ => float.Epsilon };
        for (int step = 0; step < 4000; step++) trainer.Apply(); // 0.999 to this power is 0.02
        Assert.All(state.Names, name => Assert.DoesNotContain(state[name].ToArray(), float.IsSubnormal));
    }

    [Fact]
    public void States_are_named()
    {
        Assert.Empty(StateOf(new Sgd(1f)).Names);
        Assert.Equal(["velocity"], StateOf(new Momentum(1f)).Names);
        Assert.Equal(["velocity"], StateOf(new Nesterov(1f)).Names);
        Assert.Equal(["mean square"], StateOf(new RmsProp(1f)).Names);
        Assert.Equal(["first moment", "second moment"], StateOf(new Adam()).Names);
        Assert.Equal(["first moment", "second moment"], StateOf(new AdamW()).Names);
        Assert.Equal(17, StateOf(new AdamW())["second moment"].Length);

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => StateOf(new Adam())["velocity"].Length);
        Assert.Equal("name", refusal.ParamName);
        Assert.Contains("\"first moment\", \"second moment\", but is \"velocity\"", refusal.Message);
        Assert.Contains("keeps none", Assert.Throws<ArgumentException>(() => StateOf(new Sgd(1f))["velocity"].Length).Message);
        Assert.Throws<ArgumentNullException>(() => StateOf(new Adam())[null!].Length);
        foreach (long steps in (long[])[-1, long.MaxValue])
            Assert.Contains($"is {steps}", Assert.Throws<ArgumentOutOfRangeException>(() => StateOf(new Adam()).Steps = steps).Message);

        static OptimizerState StateOf(Optimizer optimizer) => new Trainer(new Network([2, 3, 2], seed: 1), optimizer).OptimizerState;
    }

    [Fact]
    public void A_trainer_shows_its_parts()
    {
        var network = new Network([2, 3, 2], seed: 1);
        var adam = new Adam();
        var trainer = new Trainer(network, adam);
        Assert.Same(network, trainer.Network);
        Assert.Same(adam, trainer.Optimizer);
        Assert.Same(trainer.OptimizerState, trainer.OptimizerState);
    }

    [Fact]
    public void Clipping_is_by_value_first_and_then_by_norm()
    {
        const float none = float.PositiveInfinity;
        Assert.Equal([3f, -100f], Moved(none, none));
        Assert.Equal([3f, -4f], Moved(4f, none));
        Assert.Equal([1.5f, -2f], Moved(4f, 2.5f)); // the norm is 5 by then
        Assert.Equal([3f, -4f], Moved(4f, 5f)); // not greater
        float almost = MathF.BitDecrement(5f), factor = (float)(almost / 5.0);
        Assert.Equal([3f * factor, -4f * factor], Moved(4f, almost));
        Assert.NotEqual(3f, 3f * factor);
        Assert.Equal([3f, -100f], Moved(none, 101f));

        static float[] Moved(float clipValue, float clipNorm)
        {
            var network = new Network([1, 1], seed: 1);
            network.Parameters.Clear();
            var trainer = new Trainer(network, new Sgd(1f) { ClipValue = clipValue, ClipNorm = clipNorm });
            float[] gradient = [3f, -100f];
            gradient.CopyTo(trainer.Gradient);
            trainer.Apply();
            Assert.Equal(gradient, trainer.Gradient.ToArray());
            return [.. network.Parameters.ToArray().Select(w => -w)];
        }
    }

    [Fact]
    public void Limits_that_nothing_reaches_change_no_bit()
    {
        float[] inputs = Cases.Uniform(1, 10 * 5), targets = Cases.Uniform(2, 10 * 3);
        Trainer plain = new(new Network([5, 8, 3], seed: 1), new Adam());
        Trainer limited = new(new Network([5, 8, 3], seed: 1), new Adam { ClipNorm = 1e6f, ClipValue = 1e6f });
        for (int step = 0; step < 5; step++)
        {
            plain.Step(inputs, targets);
            limited.Step(inputs, targets);
        }

        AssertSame(plain, limited, "after 5 steps");
    }

    /// <summary>One sample alone: after some steps the targets are the outputs. The states still move the parameters.</summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void The_norm_of_a_gradient_of_zeros_needs_no_limit(KernelVariant variant)
    {
        float[] inputs = Cases.Uniform(1, 17), targets = Cases.Uniform(2, 5);
        Trainer plain = New(new Adam()), limited = New(new Adam { ClipNorm = 1e6f });
        for (int step = 0; step < 4; step++)
        {
            if (step == 2) plain.Network.Forward(inputs, targets);
            float[] before = plain.Network.Parameters.ToArray();
            Assert.Equal(step == 2, plain.Step(inputs, targets) == 0f);
            limited.Step(inputs, targets);
            AssertSame(plain, limited, $"step {step}");
            Assert.NotEqual(before, plain.Network.Parameters.ToArray());
        }

        Trainer New(Optimizer optimizer) =>
            new(new Network([17, 33, 9, 5], Activation.Relu, Activation.Identity, seed: 1, kernels: variant), optimizer);
    }

    [Fact]
    public void A_gradient_too_long_for_a_float_is_shortened_all_the_same()
    {
        var network = new Network([3, 1], seed: 1);
        network.Parameters.Clear();
        var trainer = new Trainer(network, new Sgd(1f) { ClipNorm = 1f });
        trainer.Gradient.Fill(3e38f);
        trainer.Apply();
        // Two roundings: one of the factor and one of its product.
        Assert.All(network.Parameters.ToArray(), w => Assert.InRange(w, -0.5f - 1e-7f, -0.5f + 1e-7f));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public void A_schedule_moves_the_rate_alone(int batch)
    {
        var optimizer = new Sgd(0.5f);
        Trainer scheduled = new(new Network([5, 8, 3], seed: 1), new Sgd(0.5f) { Schedule = LearningRateSchedule.StepDecay(2, 0.5) });
        Trainer byHand = new(new Network([5, 8, 3], seed: 1), optimizer);
        float[] inputs = Cases.Uniform(1, batch * 5), targets = Cases.Uniform(2, batch * 3);
        for (int step = 0; step < 6; step++)
        {
            optimizer.LearningRate = MathF.ScaleB(0.5f, -(step / 2));
            byHand.Step(inputs, targets);
            scheduled.Step(inputs, targets);
            AssertSame(byHand, scheduled, $"step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_factor_of_0_changes_the_state_and_no_parameter(Optimizer still)
    {
        foreach (int batch in (int[])[1, 30, 300])
        {
            var network = new Network([5, 8, 3], seed: 1);
            network.Layers[0].Weights.Fill(-0f); // a product with a rate of 0 would add +0 to it, for one sign of the gradient
            float[] before = network.Parameters.ToArray(), inputs = Cases.Uniform(1, batch * 5), targets = Cases.Uniform(2, batch * 3);
            var trainer = new Trainer(network, still);
            Assert.Equal(trainer.Evaluate(inputs, targets), trainer.Step(inputs, targets));
            trainer.ComputeGradient(inputs, targets);
            trainer.Apply();
            Cases.AssertSameBits(before, network.Parameters, $"{batch} samples");
            Assert.Equal(2, trainer.OptimizerState.Steps);
            Assert.All(trainer.OptimizerState.Names, name => Assert.True(trainer.OptimizerState[name].IndexOfAnyExcept(0f) >= 0));
        }
    }

    public static TheoryData<Optimizer> Kinds
    {
        get
        {
            var zero = LearningRateSchedule.From(_ => 0);
            return
            [
                new Sgd(1f) { Schedule = zero }, new Sgd(1f) { Schedule = zero, WeightDecay = 0.1f }, new Momentum(1f) { Schedule = zero },
                new Nesterov(1f) { Schedule = zero, ClipNorm = 0.1f }, new RmsProp(1f) { Schedule = zero },
                new Adam(1f) { Schedule = zero },
                new AdamW(1f) { Schedule = zero },
            ];
        }
    }

    [Fact]
    public void A_schedule_that_fails_changes_nothing()
    {
        float[] inputs = Cases.Uniform(1, 30 * 5), targets = Cases.Uniform(2, 30 * 3);
        var schedule = LearningRateSchedule.From(step => step < 2 ? 1 : step == 2 ? -1 : throw new NotSupportedException());
        var tooMuch = LearningRateSchedule.From(step => step < 2 ? 1 : 1e300);
        foreach (Optimizer optimizer in (Optimizer[])[new Sgd(0.1f) { Schedule = schedule }, new Adam { Schedule = schedule },
            new Adam { Schedule = tooMuch }])
        {
            var trainer = new Trainer(new Network([5, 8, 3], seed: 1), optimizer);
            var same = new Trainer(new Network([5, 8, 3], seed: 1), optimizer);
            foreach (Trainer each in (Trainer[])[trainer, same])
            {
                each.Step(inputs, targets);
                each.Step(inputs.AsSpan(0, 5), targets.AsSpan(0, 3));
            }

            Assert.Contains("step 2", Assert.Throws<InvalidOperationException>(() => trainer.Step(inputs, targets)).Message);
            Assert.Throws<InvalidOperationException>(() => trainer.Step(inputs.AsSpan(0, 5), targets.AsSpan(0, 3)));
            Assert.Throws<InvalidOperationException>(trainer.Apply);
            AssertSame(same, trainer, "after a failure");
        }
    }

    [Fact]
    public void Samples_may_not_lie_in_the_state()
    {
        var trainer = new Trainer(new Network([2, 3, 2], seed: 1), new Adam());
        float[] two = [0.1f, 0.2f];
        foreach (string name in trainer.OptimizerState.Names)
        {
            Assert.Equal("inputs", Assert.Throws<ArgumentException>(() => trainer.Step(trainer.OptimizerState[name][..2], two)).ParamName);
            Assert.Equal("targets", Assert.Throws<ArgumentException>(() => trainer.Step(two, trainer.OptimizerState[name][..2])).ParamName);
        }

        Assert.Equal(0, trainer.OptimizerState.Steps);
    }

    internal static void AssertSame(Trainer expected, Trainer actual, string what)
    {
        Cases.AssertSameBits(expected.Network.Parameters, actual.Network.Parameters, $"{what}, parameters");
        Assert.Equal(expected.OptimizerState.Steps, actual.OptimizerState.Steps);
        foreach (string name in expected.OptimizerState.Names)
            Cases.AssertSameBits(expected.OptimizerState[name], actual.OptimizerState[name], $"{what}, {name}");
    }
}
