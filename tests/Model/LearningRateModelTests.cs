using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Factors of schedules.</summary>
public class LearningRateModelTests
{
    [Fact]
    public void Every_schedule_has_the_models_factors()
    {
        var draws = new Draws(1);
        long[] lengths = [1, 2, 3, 10, 16, 1000, 1L << 30, (1L << 40) + 12_345, (1L << 57) + 3, long.MaxValue];
        for (int k = 0; k < 300; k++)
        {
            long steps = draws.Below(3) > 0 ? draws.One(lengths) : 1 + draws.Below(100_000);
            double number = draws.One<double>([0, 0.1, 0.5, 0.999, 1, draws.Uniform(0, 1)]);
            (Func<long, double> Model, LearningRateSchedule Library)[] schedules =
            [
                (LearningRates.StepDecay(steps, number), LearningRateSchedule.StepDecay(steps, number)),
                (LearningRates.Cosine(steps, number), LearningRateSchedule.Cosine(steps, number)),
                (LearningRates.WarmUp(steps, LearningRates.Cosine(77, number)),
                    LearningRateSchedule.WarmUp(steps, LearningRateSchedule.Cosine(77, number))),
            ];
            foreach ((Func<long, double> model, LearningRateSchedule library) in schedules)
            {
                foreach (long t in Steps(draws, steps)) Same.Bits(model(t), library.Factor(t), $"{library}: factor({t})");
            }
        }
    }

    /// <summary>The first steps, steps around quarters of the schedule, and steps anywhere.</summary>
    private static IEnumerable<long> Steps(Draws draws, long steps) =>
        from t in (long[])
        [
            .. Enumerable.Range(0, 20), steps >> 27, steps >> 14, 77L * steps,
            .. from quarter in Enumerable.Range(1, 5) from off in Enumerable.Range(-3, 7) select steps / 4 * quarter + off,
            .. from part in Enumerable.Range(0, 40) select (long)(steps * (double)draws.Uniform(0, 1.1f)),
        ]
        where t is >= 0 and < long.MaxValue
        select t;
}
