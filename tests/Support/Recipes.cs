using Xunit;

namespace FastNN.Tests.Support;

/// <summary>
/// Optimizers of every kind, by name. They are plain, with decay, clipped by value, clipped by norm, and all of these on a schedule.
/// </summary>
public static class Recipes
{
    private static readonly LearningRateSchedule s_schedule = LearningRateSchedule.WarmUp(2, LearningRateSchedule.Cosine(10, 0.1));

    private static readonly Dictionary<string, Optimizer> s_all = new()
    {
        ["Sgd"] = new Sgd(0.25f),
        ["Sgd, scheduled"] = new Sgd(0.25f) { Schedule = s_schedule },
        ["Sgd, decay"] = new Sgd(0.25f) { WeightDecay = 0.02f },
        ["Sgd, value"] = new Sgd(0.25f) { ClipValue = 1e-3f },
        ["Momentum"] = new Momentum(0.25f),
        ["Momentum, all"] = new Momentum(0.25f, 0.8f) { WeightDecay = 0.02f, ClipValue = 0.01f, ClipNorm = 0.02f, Schedule = s_schedule },
        ["Nesterov"] = new Nesterov(0.25f),
        ["Nesterov, decay, value"] = new Nesterov(0.25f, 0.8f) { WeightDecay = 0.02f, ClipValue = 0.01f, Schedule = s_schedule },
        ["RmsProp"] = new RmsProp(0.01f),
        ["RmsProp, norm"] = new RmsProp(0.01f, 0.9f, 1e-3f) { ClipNorm = 0.02f },
        ["Adam"] = new Adam(0.01f),
        ["Adam, decay"] = new Adam(0.01f, 0.8f, 0.9f, 1e-3f) { WeightDecay = 0.02f, Schedule = s_schedule },
        ["Adam, all"] = new Adam(0.01f) { WeightDecay = 0.02f, ClipValue = 0.01f, ClipNorm = 0.02f, Schedule = s_schedule },
        ["AdamW"] = new AdamW(0.01f),
        ["AdamW, norm"] = new AdamW(0.01f) { ClipNorm = 0.02f, Schedule = s_schedule },
    };

    public static TheoryData<string> Names { get; } = [.. s_all.Keys];

    /// <summary>Returns the same object each time. A recipe has no state. Tests that share it show that.</summary>
    internal static Optimizer Create(string name) => s_all[name];
}
