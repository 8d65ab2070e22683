using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>Every optimizer is compared with its rule from the book, step for step in double precision, within a proven bound.</summary>
public class OptimizerTests
{
    private const float Rate = 0.05f, Mu = 0.8f, Alpha = 0.95f, Beta1 = 0.85f, Beta2 = 0.97f, Epsilon = 1e-3f;
    private const int Steps = 60;

    private static readonly string[] s_names = ["Adam", "AdamW", "Momentum", "Nesterov", "RmsProp", "Sgd"];

    public static TheoryData<string, float, bool> Rules { get; } =
    [
        .. from name in s_names
           from decay in (float[])[0f, 0.1f]
           from scheduled in (bool[])[false, true]
           select (name, decay, scheduled),
    ];

    [Fact]
    public void Each_optimizer_has_its_book_and_its_recipes()
    {
        IEnumerable<Type> types = typeof(Optimizer).Assembly.GetExportedTypes().Where(
            type => type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract && !type.IsSubclassOf(typeof(SecondOrderOptimizer)));
        Assert.Equal(types.Select(type => type.Name).Order(StringComparer.Ordinal), s_names);
        Assert.Equal(s_names, Recipes.Names.Select(row => row.Data.Split(',')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Sixty_steps_stay_within_the_proven_bound_of_the_book(string name, float decay, bool scheduled)
    {
        Func<long, double> factor = scheduled ? step => 1 / (1 + 0.1 * step) : _ => 1;
        var network = new Network([5, 8, 3], seed: 1);
        var trainer = new Trainer(network, Create(name, decay, LearningRateSchedule.From(factor)));
        bool[] isWeight =
            [.. network.Layers.SelectMany(
                layer => Enumerable.Repeat(true, layer.Weights.Length).Concat(Enumerable.Repeat(false, layer.Outputs)))];
        int count = isWeight.Length;
        double[] book = [.. network.Parameters.ToArray()], first = new double[count], second = new double[count];
        Bounded[] bound = Bounded.Exact(network.Parameters), boundFirst = new Bounded[count], boundSecond = new Bounded[count];
        var supply = new Supply(Numbers.Ordinary, seed: 5);
        for (int t = 1; t <= Steps; t++)
        {
            Span<float> g = supply.Next(count).Span;
            g.CopyTo(trainer.Gradient);
            trainer.Apply();
            double rate = Rate * factor(t - 1);
            for (int k = 0; k < count; k++)
            {
                double lambda = isWeight[k] ? decay : 0;
                book[k] = Book(name, book[k], g[k], ref first[k], ref second[k], rate, t, lambda);
                bound[k] = Bound(name, bound[k], g[k], ref boundFirst[k], ref boundSecond[k], rate, t, lambda);
                Assert.InRange(bound[k].Error, 0, 1e-4); // this would find a rule that is off by a thousandth of a step
            }

            // The book computes in double precision and in another order. Its own roundings are paid for like those of Bounded.
            Bounded[] exact = [.. book.Zip(bound, (w, b) => new Bounded(w, b.Error))];
            Bounded.AssertAdmits(exact, network.Parameters, $"step {t}, parameters");
            AssertState(trainer.OptimizerState, 0, first, boundFirst, t);
            AssertState(trainer.OptimizerState, 1, second, boundSecond, t);
        }
    }

    private static void AssertState(OptimizerState actual, int state, double[] values, Bounded[] bounds, int t)
    {
        if (state >= actual.Names.Count) return;

        string name = actual.Names[state];
        Bounded[] exact = [.. values.Zip(bounds, (v, b) => new Bounded(v, b.Error))];
        Bounded.AssertAdmits(exact, actual[name], $"step {t}, {name}");
    }

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void Biases_do_not_decay(string recipe)
    {
        var network = new Network([5, 8, 3], seed: 1);
        float[] before = network.Parameters.ToArray();
        var trainer = new Trainer(network, Recipes.Create(recipe));
        bool decays = trainer.Optimizer.WeightDecay > 0;
        Assert.Equal(recipe.Contains("decay") || recipe.Contains("all") || recipe.Contains("AdamW"), decays);
        trainer.Gradient.Clear();
        trainer.Apply();
        foreach (Layer layer in network.Layers) Assert.All(layer.Biases.ToArray(), bias => Assert.Contains(bias, before));
        Assert.Equal(decays, !network.Layers[0].Weights.SequenceEqual(before.AsSpan(0, 40)));
        for (int k = 0; k < before.Length; k++) Assert.InRange(MathF.Abs(network.Parameters[k]), 0f, MathF.Abs(before[k]));
        Assert.Equal(before[40..48], network.Layers[0].Biases.ToArray());
    }

    [Fact]
    public void Defaults_are_those_of_PyTorch()
    {
        Assert.Equal(0.9f, new Momentum(1f).Coefficient);
        Assert.Equal(0.9f, new Nesterov(1f).Coefficient);
        Assert.Equal((0.99f, 1e-8f), (new RmsProp(1f).Smoothing, new RmsProp(1f).Epsilon));
        Adam adam = new();
        Assert.Equal((1e-3f, 0.9f, 0.999f, 1e-8f, 0f), (adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon, adam.WeightDecay));
        AdamW adamW = new();
        Assert.Equal((1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f), (adamW.LearningRate, adamW.Beta1, adamW.Beta2, adamW.Epsilon, adamW.WeightDecay));
        Assert.Equal(0f, new AdamW { WeightDecay = 0f }.WeightDecay);
        Assert.Equal((1f / 0f, 1f / 0f), (adam.ClipValue, adam.ClipNorm));
        Assert.Same(LearningRateSchedule.Constant, adam.Schedule);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        foreach (float value in (float[])[-0.1f, 1f, float.NaN, float.PositiveInfinity])
        {
            string[] mentions = ["at least 0 and less than 1", $"is {value}"];
            Refuses("momentum", mentions, () => new Momentum(1f, value));
            Refuses("momentum", mentions, () => new Nesterov(1f, value));
            Refuses("smoothing", mentions, () => new RmsProp(1f, value));
            Refuses("beta1", mentions, () => new Adam(beta1: value));
            Refuses("beta2", mentions, () => new Adam(beta2: value));
            Refuses("beta1", mentions, () => new AdamW(beta1: value));
            Refuses("beta2", mentions, () => new AdamW(beta2: value));
        }

        foreach (float value in (float[])[0f, -1f, float.NaN, float.PositiveInfinity])
        {
            string[] mentions = ["finite and greater than 0", $"is {value}"];
            Refuses("epsilon", mentions, () => new RmsProp(1f, epsilon: value));
            Refuses("epsilon", mentions, () => new Adam(epsilon: value));
            Refuses("epsilon", mentions, () => new AdamW(epsilon: value));
            Func<Optimizer>[] rates =
                [() => new Momentum(value), () => new Nesterov(value), () => new RmsProp(value), () => new Adam(value),
                    () => new AdamW(value)];
            foreach (Func<Optimizer> create in rates) Refuses("learningRate", ["finite and greater than 0"], create);
        }

        foreach (float value in (float[])[-1f, float.NaN, float.PositiveInfinity])
            Refuses("WeightDecay", ["finite and at least 0", $"is {value}"], () => new Adam { WeightDecay = value });
        foreach (float value in (float[])[0f, -1f, float.NaN])
        {
            Refuses("ClipValue", ["greater than 0", $"is {value}"], () => new Adam { ClipValue = value });
            Refuses("ClipNorm", ["greater than 0", $"is {value}"], () => new Adam { ClipNorm = value });
        }

        Assert.Equal("Schedule", Assert.Throws<ArgumentNullException>(() => new Adam { Schedule = null! }).ParamName);
    }

    private static void Refuses(string argument, string[] mentions, Func<Optimizer> create)
    {
        ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(create);
        Assert.Equal(argument, refusal.ParamName);
        Assert.All(mentions, mention => Assert.Contains(mention, refusal.Message));
    }

    private static Optimizer Create(string name, float decay, LearningRateSchedule schedule) => name switch
    {
        "Sgd" => new Sgd(Rate) { WeightDecay = decay, Schedule = schedule },
        "Momentum" => new Momentum(Rate, Mu) { WeightDecay = decay, Schedule = schedule },
        "Nesterov" => new Nesterov(Rate, Mu) { WeightDecay = decay, Schedule = schedule },
        "RmsProp" => new RmsProp(Rate, Alpha, Epsilon) { WeightDecay = decay, Schedule = schedule },
        "Adam" => new Adam(Rate, Beta1, Beta2, Epsilon) { WeightDecay = decay, Schedule = schedule },
        _ => new AdamW(Rate, Beta1, Beta2, Epsilon) { WeightDecay = decay, Schedule = schedule },
    };

    /// <summary>The update of one parameter, as PyTorch's documentation writes it.</summary>
    private static double Book(string name, double w, double g, ref double first, ref double second, double rate, int t, double decay)
    {
        if (name == "AdamW") w -= rate * decay * w;
        else g += decay * w;
        switch (name)
        {
            case "Sgd":
                return w - rate * g;
            case "Momentum":
                first = t == 1 ? g : Mu * first + g;
                return w - rate * first;
            case "Nesterov":
                first = t == 1 ? g : Mu * first + g;
                return w - rate * (g + Mu * first);
            case "RmsProp":
                first = Alpha * first + (1 - (double)Alpha) * g * g;
                return w - rate * g / (Math.Sqrt(first) + Epsilon);
            default:
                first = Beta1 * first + (1 - (double)Beta1) * g;
                second = Beta2 * second + (1 - (double)Beta2) * g * g;
                double mean = first / (1 - Math.Pow(Beta1, t)), square = second / (1 - Math.Pow(Beta2, t));
                return w - rate * mean / (Math.Sqrt(square) + Epsilon);
        }
    }

    /// <summary>
    /// The same by the operations that the library documents. Each of them rounds, fused or not. Coefficients round, too.
    /// </summary>
    private static Bounded Bound(string name, Bounded w, Bounded g, ref Bounded first, ref Bounded second, double rate, int t, double decay)
    {
        bool adam = name is "Adam" or "AdamW";
        Bounded r = Bounded.Rounded(adam ? rate / (1 - Math.Pow(Beta1, t)) : rate);
        if (name == "AdamW") w = Bounded.Rounded(1 - rate * decay) * w;
        else if (decay != 0) g = decay * w + g;
        switch (name)
        {
            case "Sgd":
                return w - r * g;
            case "Momentum":
                first = Mu * first + g;
                return w - r * first;
            case "Nesterov":
                first = Mu * first + g;
                return w - r * (Mu * first + g);
            case "RmsProp":
                first = Alpha * first + Bounded.Rounded(1 - (double)Alpha) * g * g;
                return w - r * (g / (Bounded.Sqrt(first) + Epsilon));
            default:
                first = Beta1 * first + Bounded.Rounded(1 - (double)Beta1) * g;
                second = Beta2 * second + Bounded.Rounded(1 - (double)Beta2) * g * g;
                return w - r * (first / (Bounded.Sqrt(second) * Bounded.Rounded(1 / Math.Sqrt(1 - Math.Pow(Beta2, t))) + Epsilon));
        }
    }
}
