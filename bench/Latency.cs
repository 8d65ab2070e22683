using Spectre.Console;

namespace FastNN.Bench;

/// <summary>What must be compared within one run, timed in turns: the machine's limits, networks on one sample, and the sigmoid.</summary>
internal static class Latency
{
    private const int Rounds = 600;

    internal static void Run()
    {
        List<SingleSample> samples = SingleSample.CreateAll();
        var limits = new Limits(samples.Select(sample => sample.Bytes));
        var sigmoid = new SigmoidRace();
        List<Measurement> measurements = [.. limits.Measurements, .. samples.SelectMany(sample => sample.Measurements), .. sigmoid.Measurements];
        Measurement.Prepare(measurements);
        Screen.Progress($"Best of {Rounds} rounds", Rounds, roundDone => Measurement.Run(measurements, Rounds, roundDone));

        AnsiConsole.Write(limits.ToTable());
        AnsiConsole.Write(SingleSample.ToTable(samples, limits));
        AnsiConsole.Write(sigmoid.ToTable());
    }
}
