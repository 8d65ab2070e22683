namespace FastNN.Bench.Machine;

/// <summary>Calls timed in turn with the limits of the machine: the cheap in many rounds, the costly in fewer.</summary>
/// <param name="cheap">Time for the rounds of those that take less than <see cref="CostlyCall"/>.</param>
/// <param name="costly">Time for the others.</param>
internal sealed class Turns(TimeSpan cheap, TimeSpan costly)
{
    private const int FewestRounds = 5, MostRounds = 400;
    private static readonly TimeSpan CostlyCall = TimeSpan.FromMilliseconds(1.5);

    /// <summary>Prepares and times all.</summary>
    /// <param name="limits">Of the machine.</param>
    /// <param name="groups">Calls of which the times are compared: those of a group are timed in the same rounds.</param>
    /// <param name="parts">How often <paramref name="partDone"/> is called, spread over the time.</param>
    /// <param name="partDone">Shows progress.</param>
    internal void Run(Limits limits, IReadOnlyList<IReadOnlyList<Measurement>> groups, int parts, Action partDone)
    {
        Measurement.Prepare([.. limits.Cheap, .. limits.Costly, .. groups.SelectMany(group => group)]);
        ILookup<bool, Measurement> byCost = groups
            .SelectMany(group => group.Select(measurement => (measurement, isCostly: group.Any(any => any.Cost > CostlyCall))))
            .ToLookup(pair => pair.isCostly, pair => pair.measurement);
        int cheapParts = (int)(parts * (cheap / (cheap + costly)));
        Time([.. limits.Cheap, .. byCost[false]], cheap, cheapParts, partDone);
        Time([.. limits.Costly, .. byCost[true]], costly, parts - cheapParts, partDone);
    }

    /// <summary>As many rounds as the budget pays, and so many parts spread over them.</summary>
    private static void Time(IReadOnlyList<Measurement> measurements, TimeSpan budget, int parts, Action partDone)
    {
        double cost = measurements.Sum(measurement => measurement.Cost.TotalSeconds);
        int rounds = (int)Math.Clamp(budget.TotalSeconds / cost, FewestRounds, MostRounds), done = 0;
        Measurement.Run(measurements, rounds, () =>
        {
            done++;
            for (int part = (done - 1) * parts / rounds; part < done * parts / rounds; part++) partDone();
        });
    }
}
