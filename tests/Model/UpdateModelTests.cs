using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Updates of all optimizers, over many steps.</summary>
public class UpdateModelTests
{
    private static readonly (Func<long, double> Model, LearningRateSchedule Library)[] s_schedules =
    [
        (LearningRates.Constant, LearningRateSchedule.Constant),
        (LearningRates.StepDecay(2, 0.7), LearningRateSchedule.StepDecay(2, 0.7)),
        (LearningRates.Cosine(7, 0.1), LearningRateSchedule.Cosine(7, 0.1)),
        (LearningRates.WarmUp(3, LearningRates.Cosine(4, 0)), LearningRateSchedule.WarmUp(3, LearningRateSchedule.Cosine(4, 0))),
        (t => t / 3.0, LearningRateSchedule.From(t => t / 3.0)),
        (t => t % 2, LearningRateSchedule.From(t => t % 2)),
        (t => 1e-20 * t, LearningRateSchedule.From(t => 1e-20 * t)),
    ];

    public static TheoryData<int> KindsOfOptimizers { get; } = [.. Enumerable.Range(0, Optimizers.Kinds)];

    [Theory]
    [MemberData(nameof(KindsOfOptimizers))]
    public void Training_gives_the_models_parameters(int kind)
    {
        var draws = new Draws(kind);
        for (int k = 0; k < 40; k++)
        {
            int[] widths = draws.Widths(40);
            (int batch, bool mean) = (1 + draws.Below(5), draws.Maybe);
            float[] x = draws.Ordinary(batch * widths[0]), y = draws.Ordinary(batch * widths[^1]);
            foreach ((ModelTrainer model, Trainer library, string what) in Trainers(draws, kind, widths, mean))
            {
                for (int t = 0; t < 8; t++)
                {
                    if (t == 6) Reset(model, library);
                    Same.Bits(model.Step(x, y), library.Step(x, y), $"cost of step {t}, {what}");
                    Compare(model, library, $"step {t}, draw {k}, {what}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KindsOfOptimizers))]
    public void Training_with_special_numbers_gives_the_models_parameters(int kind)
    {
        var draws = new Draws(300 + kind);
        for (int k = 0; k < 60; k++)
        {
            int[] widths = draws.Widths(20);
            (int batch, bool mean, int oneIn) = (1 + draws.Below(4), draws.Maybe, draws.One<int>([10, 100]));
            float[] x = draws.Special(batch * widths[0], oneIn), y = draws.Special(batch * widths[^1], oneIn);
            long t = draws.One<long>([0, 1, 1000, (1L << 53) + 1, 1L << 62]);
            foreach ((ModelTrainer model, Trainer library, string what) in Trainers(draws, kind, widths, mean))
            {
                (model.Updates, library.OptimizerState.Steps) = (t, t);
                for (int step = 0; step < 3; step++)
                {
                    Same.Bits(model.Step(x, y), library.Step(x, y), $"cost of step {step}, {what}");
                    Compare(model, library, $"step {step}, draw {k}, {what}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KindsOfOptimizers))]
    public void Any_gradients_give_the_models_parameters(int kind)
    {
        var draws = new Draws(100 + kind);
        for (int k = 0; k < 150; k++)
        {
            int[] widths = draws.Widths(20);
            int gradients = draws.Below(5), oneIn = draws.One<int>([3, 100, 10_000]);
            int exponent = draws.One<int>([-125, -70, -40, 0, 40, 80]);
            foreach ((ModelTrainer model, Trainer library, string what) in Trainers(draws, kind, widths, mean: true))
            {
                for (int t = 0; t < 6; t++)
                {
                    int count = model.Gradient.Length;
                    float[] g = gradients switch
                    {
                        0 => draws.Special(count, oneIn),
                        1 => draws.Wide(count, exponent),
                        2 => new float[count],
                        3 => draws.Ordinary(count, MathF.ScaleB(1, -60 - draws.Below(8))), // about where the norm is computed again
                        _ => draws.Ordinary(count),
                    };
                    Apply(model, library, g);
                    Compare(model, library, $"step {t}, draw {k}, {what}");
                }
            }
        }
    }

    [Fact]
    public void The_defaults_are_those_of_the_page()
    {
        (Adam adam, AdamW adamW, RmsProp rmsProp, Sgd sgd) = (new Adam(), new AdamW(), new RmsProp(1), new Sgd(1));
        Assert.Equal([1e-3f, 0.9f, 0.999f, 1e-8f, 0], [adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon, adam.WeightDecay]);
        Assert.Equal(
            [1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f], [adamW.LearningRate, adamW.Beta1, adamW.Beta2, adamW.Epsilon, adamW.WeightDecay]);
        Assert.Equal([0.9f, 0.9f], [new Momentum(1).Coefficient, new Nesterov(1).Coefficient]);
        Assert.Equal([0.99f, 1e-8f], [rmsProp.Smoothing, rmsProp.Epsilon]);
        Assert.Equal([0, float.PositiveInfinity, float.PositiveInfinity], [sgd.WeightDecay, sgd.ClipValue, sgd.ClipNorm]);
        Assert.Same(LearningRateSchedule.Constant, sgd.Schedule);
    }

    [Theory]
    [InlineData(new[] { 4095, 1 }, 0)] // 4096 parameters: one block
    [InlineData(new[] { 4096, 1 }, 0)] // a block, and one parameter
    [InlineData(new[] { 100, 97, 50 }, 0)]
    [InlineData(new[] { 100, 97, 50 }, 80)]
    [InlineData(new[] { 100, 97, 50 }, -60)]
    [InlineData(new[] { 100, 50 }, -62)]
    [InlineData(new[] { 100, 50 }, -63)]
    [InlineData(new[] { 100, 50 }, -64)]
    [InlineData(new[] { 100, 97, 50 }, -140)]
    public void The_norm_of_many_parameters_is_that_of_the_model(int[] widths, int exponent)
    {
        var draws = new Draws(200);
        int count = Pair.Count(widths);
        for (int k = 0; k < 20; k++)
        {
            float[] g = draws.Ordinary(count, MathF.ScaleB(1, exponent));
            float norm = MathF.ScaleB(0.1f, exponent);
            Function[] functions = draws.Functions(widths.Length - 1, Function.Identity);
            var pair = new Pair(widths, functions, new float[count], draws.One(Kernels.Supported));
            var model = new ModelTrainer(
                pair.Model, new SgdRule(new RuleOptions(1, ClipNorm: norm)), CostFunction.SquaredError, mean: true);
            var library = new Trainer(pair.Library, new Sgd(1) { ClipNorm = norm }, threads: 1 + draws.Below(2));
            Apply(model, library, g);
            Compare(model, library, $"draw {k}, {pair.Library}");
        }
    }

    /// <summary>A trainer of the model and one of the library, for each variant.</summary>
    private static IEnumerable<(ModelTrainer Model, Trainer Library, string What)> Trainers(Draws draws, int kind, int[] widths, bool mean)
    {
        Function[] functions = draws.Functions(widths.Length - 1, Function.Identity);
        float[] parameters = draws.Ordinary(Pair.Count(widths));
        int schedule = draws.Below(s_schedules.Length), options = draws.Below(int.MaxValue);
        foreach (KernelVariant variant in Kernels.Supported)
        {
            (Rule rule, Optimizer optimizer) = Optimizers.Draw(new Draws(options), kind, s_schedules[schedule]);
            var pair = new Pair(widths, functions, parameters, variant);
            yield return (
                new ModelTrainer(pair.Model, rule, CostFunction.SquaredError, mean),
                new Trainer(pair.Library, optimizer, reduction: mean ? Reduction.Mean : Reduction.Sum, threads: 1 + draws.Below(2)),
                $"{pair.Library}: {optimizer.GetType().Name}, rate {rule.Options.LearningRate}, decay {rule.Options.WeightDecay}, " +
                $"clip {rule.Options.ClipValue} {rule.Options.ClipNorm}, schedule {schedule}, mean {mean}");
        }
    }

    private static void Apply(ModelTrainer model, Trainer library, float[] g)
    {
        g.CopyTo(model.Gradient, 0);
        g.CopyTo(library.Gradient);
        model.Apply();
        library.Apply();
        Same.Bits(g, library.Gradient, "Apply leaves the gradient as it is");
    }

    private static void Reset(ModelTrainer model, Trainer library)
    {
        model.Rule.Start(model.Gradient.Length);
        model.Updates = 0;
        library.OptimizerState.Reset();
    }

    private static void Compare(ModelTrainer model, Trainer library, string what)
    {
        Same.Bits(model.Network.Parameters, library.Network.Parameters, $"parameters, {what}");
        Assert.Equal(model.Updates, library.OptimizerState.Steps);
        IReadOnlyList<string> names = library.OptimizerState.Names;
        Assert.Equal(model.Rule.States.Length, names.Count);
        for (int s = 0; s < names.Count; s++) Same.Bits(model.Rule.States[s], library.OptimizerState[names[s]], $"{names[s]}, {what}");
    }
}
