namespace FastNN.Tests.Model;

/// <summary>The same optimizers in the model and in the library, with random options.</summary>
internal static class Optimizers
{
    internal const int Kinds = 6;

    /// <summary>L-BFGS, which is not in the kinds: it makes no update by a gradient, and has no schedule and no clips.</summary>
    internal static (LbfgsRule Model, Lbfgs Library) DrawLbfgs(Draws draws)
    {
        float rate = draws.One<float>([1, 1, 1, 1, 0.5f, 0.1f, 3, 1e-3f, 1e-30f, 1e20f]);
        float λ = draws.One<float>([0, 0, 0.01f, 0.3f, 1e-20f]);
        int memory = 1 + draws.Below(5);
        return (new LbfgsRule(new RuleOptions(rate, λ), memory), new Lbfgs(memory) { LearningRate = rate, WeightDecay = λ });
    }

    internal static (Rule Model, Optimizer Library) Draw(
        Draws draws, int kind, (Func<long, double> Model, LearningRateSchedule Library) schedule)
    {
        float rate = draws.One<float>([0.5f, 0.1f, 0.01f, 1e-3f, 1e-30f, 1e20f]), λ = draws.One<float>([0, 0, 0.01f, 0.3f, 1e-20f]);
        float value = draws.One<float>([float.PositiveInfinity, float.PositiveInfinity, 0.01f, 0.3f, 1e-40f]);
        float norm = draws.One<float>([float.PositiveInfinity, 0.1f, 1, 1e-22f, 1e20f]);
        float first = draws.One<float>([0.9f, 0.5f, 0.99f, 0]), second = draws.One<float>([0.999f, 0.9f, 0]);
        float ε = draws.One<float>([1e-8f, 1e-3f, 1e-12f]);
        var options = new RuleOptions(rate, λ, value, norm, schedule.Model);
        LearningRateSchedule s = schedule.Library;
        return kind switch
        {
            0 => (new SgdRule(options), new Sgd(rate) { WeightDecay = λ, ClipValue = value, ClipNorm = norm, Schedule = s }),
            1 => (
                new MomentumRule(options, first, nesterov: false),
                new Momentum(rate, first) { WeightDecay = λ, ClipValue = value, ClipNorm = norm, Schedule = s }),
            2 => (
                new MomentumRule(options, first, nesterov: true),
                new Nesterov(rate, first) { WeightDecay = λ, ClipValue = value, ClipNorm = norm, Schedule = s }),
            3 => (
                new RmsPropRule(options, second, ε),
                new RmsProp(rate, second, ε) { WeightDecay = λ, ClipValue = value, ClipNorm = norm, Schedule = s }),
            4 => (
                new AdamRule(options, first, second, ε, decaysApart: false),
                new Adam(rate, first, second, ε) { WeightDecay = λ, ClipValue = value, ClipNorm = norm, Schedule = s }),
            _ => (
                new AdamRule(options, first, second, ε, decaysApart: true),
                new AdamW(rate, first, second, ε) { WeightDecay = λ, ClipValue = value, ClipNorm = norm, Schedule = s }),
        };
    }
}
