namespace FastNN.Bits.Sections;

/// <summary>The factors of every schedule, which are double-precision numbers.</summary>
internal static class Schedules
{
    private static readonly LearningRateSchedule[] s_all =
    [
        LearningRateSchedule.Constant,
        LearningRateSchedule.StepDecay(10, 0.1),
        LearningRateSchedule.StepDecay(3, 0.987654321),
        LearningRateSchedule.Cosine(1000, 0.1),
        LearningRateSchedule.Cosine(997),
        LearningRateSchedule.Cosine(long.MaxValue, 3),
        LearningRateSchedule.WarmUp(123, LearningRateSchedule.Cosine(777, 0.03)),
        LearningRateSchedule.WarmUp(7, LearningRateSchedule.WarmUp(5, LearningRateSchedule.StepDecay(1, 0.9))),
    ];

    internal static void Run(Work work, Hash hash)
    {
        foreach (LearningRateSchedule schedule in s_all)
        {
            for (long step = 0; step < work.Pick(1_100, 20_000); step++) hash.Add(schedule.Factor(step));
            for (long step = 1; step > 0; step *= 3) hash.Add(schedule.Factor(step - 1));
            hash.Add(schedule.Factor(long.MaxValue));
        }
    }
}
