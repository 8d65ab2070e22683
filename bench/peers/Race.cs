using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using FastNN.Bench.WholeNetworks;

namespace FastNN.Bench.Peers;

/// <summary>The peers on the same problems: first compared with FastNN, then timed in turns with it, and what came of both.</summary>
internal sealed class Race
{
    private const int FewestRounds = 7, MostRounds = 399;
    private static readonly TimeSpan s_cellLength = TimeSpan.FromSeconds(1.2);
    private readonly Roofline _roofline;
    private readonly List<Contender> _present = [];

    /// <summary>Finds out who can run here.</summary>
    internal Race(Roofline roofline)
    {
        _roofline = roofline;
        foreach (Contender contender in Contender.All)
        {
            if (contender.FindObstacle() is string obstacle) Absent[contender.Name] = obstacle;
            else _present.Add(contender);
            if (contender.NoStep != null) Absent[$"{contender}, {Pass.Step.ToTask()}"] = contender.NoStep;
        }
    }

    /// <summary>Of every problem, contender by contender.</summary>
    internal List<(Problem Problem, Contender Contender, Agreement Agreement)> Agreements { get; } = [];

    internal List<Row> Rows { get; } = [];

    /// <summary>Who does not take part in what, and why.</summary>
    internal Dictionary<string, string> Absent { get; } = [];

    internal bool AllAgree => Agreements.TrueForAll(entry => entry.Agreement.IsAccepted);

    /// <summary>All batch sizes of a network, prepared together because the JIT makes each preparation wait.</summary>
    internal void Run(NetworkKind kind, int[] widths, IReadOnlyList<int> batches, bool validateOnly, Action done)
    {
        List<Entry> entries = [];
        try
        {
            foreach (int batch in batches)
            {
                entries.AddRange(Validate(Problem.Create(kind, widths, batch)));
                done();
            }

            if (!validateOnly) Time(entries, done);
        }
        finally
        {
            entries.ForEach(entry => entry.Dispose());
        }
    }

    /// <summary>Those that agree with FastNN. Who does not is out: its times would be those of other work.</summary>
    private IEnumerable<Entry> Validate(Problem problem)
    {
        Results? expected = null;
        foreach (Contender contender in _present)
        {
            if (contender.Lacks?.Invoke(problem.Kind) is string missing)
            {
                Absent[$"{contender}, {problem.Kind.Name}"] = missing;
                continue;
            }

            if (problem.Kind.Adam && contender.NoStep != null) continue;

            var entry = new Entry(contender, problem);
            Results actual = entry.Compute();
            expected ??= actual;
            var agreement = Agreement.Between(problem, expected, actual);
            Agreements.Add((problem, contender, agreement));
            foreach ((Pass pass, TimeSpan time) in entry.TooLong)
                Absent[$"{contender}, {pass.ToTask()}, {problem}"] = $"a call takes {time.TotalSeconds:F1} s";

            if (agreement.IsAccepted)
            {
                yield return entry;
            }
            else
            {
                Absent[$"{contender}, {problem}"] = "FAILED VALIDATION";
                entry.Dispose();
            }
        }
    }

    private void Time(List<Entry> entries, Action done)
    {
        Measurement.Prepare([.. entries.SelectMany(entry => entry.Measurements.Values)]);
        foreach (IGrouping<Problem, Entry> problem in entries.GroupBy(entry => entry.Problem))
        {
            foreach (Pass pass in Enum.GetValues<Pass>())
            {
                List<Entry> cell = [.. problem.Where(entry => entry.Measurements.ContainsKey(pass))];
                if (cell.Count > 0) Time(cell, pass);
                done();
            }
        }
    }

    private void Time(List<Entry> cell, Pass pass)
    {
        List<Measurement> measurements = [.. cell.Select(entry => entry.Measurements[pass])];
        double rounds = s_cellLength / TimeSpan.FromTicks(measurements.Sum(measurement => measurement.Cost.Ticks));
        Measurement.Run(measurements, (int)Math.Clamp(rounds, FewestRounds, MostRounds) | 1, () => { });
        Rows.AddRange(cell.Select(entry => ToRow(entry, pass, measurements[0])));
    }

    private Row ToRow(Entry entry, Pass pass, Measurement baseline)
    {
        Problem problem = entry.Problem;
        Measurement measurement = entry.Measurements[pass];
        Work work = pass == Pass.Forward
            ? Work.OfForward(problem.Widths, problem.Batch)
            : Work.OfStep(problem.Widths, problem.Batch, problem.Kind);
        Reached reached = _roofline.Reach(work, measurement.Nanoseconds);
        Ratio ratio = measurement.RatioTo(baseline);
        return new Row(
            pass.ToTask(), problem.Size, problem.Batch, entry.Contender.Name, measurement.Nanoseconds,
            reached.Rate, reached.Unit, reached.Limit, reached.OfLimit,
            ratio.Median, ratio.Low, ratio.High, measurement.AllocatedBytes,
            problem.Batch > 1 ? _roofline.OfPeak(work, measurement.Nanoseconds) : null, Kind: problem.Kind.Name);
    }
}
