namespace FastNN.Tests.Model;

/// <summary>The same optimizers in the model and in the library, with random options.</summary>
internal static class Optimizers
{
    internal const int Kinds = 6;

    internal static (Rule Model, Optimizer Library) Draw(Draws draws, int kind, (Func<long, double> Model, LearningRateSchedule Library) schedule)
    {
        float rate = draws.One<float>([0.5f, 0.1f, 0.01f, 1e-3f, 1e-30f]), decay = draws.One<float>([0, 0, 0.01f, 0.3f, 1e-20f]);
        float value = draws.One<float>([float.PositiveInfinity, float.PositiveInfinity, 0.01f, 0.3f, 1e-40f]);
        float norm = draws.One<float>([float.PositiveInfinity, 0.1f, 1, 1e-22f, 1e20f]);
        float first = draws.One<float>([0.9f, 0.5f, 0.99f, 0]), second = draws.One<float>([0.999f, 0.9f, 0]);
        float ε = draws.One<float>([1e-8f, 1e-3f, 1e-12f]);
        (Func<long, double> factor, LearningRateSchedule library) = schedule;
        return kind switch
        {
            0 => (
                new SgdRule { LearningRate = rate, WeightDecay = decay, ClipValue = value, ClipNorm = norm, Factor = factor },
                new Sgd(rate) { WeightDecay = decay, ClipValue = value, ClipNorm = norm, Schedule = library }),
            1 => (
                new MomentumRule
                {
                    LearningRate = rate, μ = first, WeightDecay = decay, ClipValue = value, ClipNorm = norm, Factor = factor,
                },
                new Momentum(rate, first) { WeightDecay = decay, ClipValue = value, ClipNorm = norm, Schedule = library }),
            2 => (
                new MomentumRule
                {
                    LearningRate = rate, μ = first, Nesterov = true, WeightDecay = decay, ClipValue = value, ClipNorm = norm, Factor = factor,
                },
                new Nesterov(rate, first) { WeightDecay = decay, ClipValue = value, ClipNorm = norm, Schedule = library }),
            3 => (
                new RmsPropRule
                {
                    LearningRate = rate, α = second, ε = ε, WeightDecay = decay, ClipValue = value, ClipNorm = norm, Factor = factor,
                },
                new RmsProp(rate, second, ε) { WeightDecay = decay, ClipValue = value, ClipNorm = norm, Schedule = library }),
            4 => (
                new AdamRule(decaysApart: false)
                {
                    LearningRate = rate, β1 = first, β2 = second, ε = ε, WeightDecay = decay, ClipValue = value, ClipNorm = norm,
                    Factor = factor,
                },
                new Adam(rate, first, second, ε) { WeightDecay = decay, ClipValue = value, ClipNorm = norm, Schedule = library }),
            _ => (
                new AdamRule(decaysApart: true)
                {
                    LearningRate = rate, β1 = first, β2 = second, ε = ε, WeightDecay = decay, ClipValue = value, ClipNorm = norm,
                    Factor = factor,
                },
                new AdamW(rate, first, second, ε) { WeightDecay = decay, ClipValue = value, ClipNorm = norm, Schedule = library }),
        };
    }
}
