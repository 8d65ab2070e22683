namespace FastNN.Bench.Compare;

/// <summary>The calls of both builds at a cell, timed in turn in one process.</summary>
internal sealed class Duel
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMicroseconds(250);
    private readonly Call _before, _after;
    private int _calls = 1;

    internal Duel(Cell cell, Build before, Build after, string variant, bool afterFirst)
    {
        float[] inputs = Data.Inputs(cell.Batch * cell.Widths[0]), targets = Data.Targets(cell.Batch, cell.Widths[^1]);
        if (afterFirst) _after = cell.CreateCall(after, variant, inputs, targets);
        _before = cell.CreateCall(before, variant, inputs, targets);
        _after ??= cell.CreateCall(after, variant, inputs, targets);
    }

    internal List<double> Before { get; } = [];

    internal List<double> After { get; } = [];

    /// <summary>More than the 30 calls after which the JIT compiles a method anew.</summary>
    internal void WarmUp()
    {
        for (int k = 0; k < 40; k++)
        {
            _before.Repeat(1);
            _after.Repeat(1);
        }
    }

    /// <summary>How many calls a turn takes.</summary>
    internal void Calibrate()
    {
        for (_calls = 1; _before.Nanoseconds(_calls) * _calls < s_turn.TotalNanoseconds; _calls *= 2) { }
    }

    /// <summary>
    /// Old, new, new, old, or the other way round: what drifts steadily favours none. Before each turn some calls that do not count bring the
    /// data back to the caches.
    /// </summary>
    internal void Round(bool afterFirst)
    {
        (Call first, Call second) = afterFirst ? (_after, _before) : (_before, _after);
        double outer = Turn(first), inner = Turn(second);
        inner += Turn(second);
        outer += Turn(first);
        Before.Add((afterFirst ? inner : outer) / 2);
        After.Add((afterFirst ? outer : inner) / 2);
    }

    private double Turn(Call call)
    {
        call.Repeat(Math.Max(1, _calls / 4));
        return call.Nanoseconds(_calls);
    }
}
