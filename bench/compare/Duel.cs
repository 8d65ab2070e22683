namespace FastNN.Bench.Compare;

/// <summary>The calls of both builds at a cell, timed in turn in one process.</summary>
internal sealed class Duel
{
    private const int LargestGap = 8192;
    private static readonly TimeSpan s_turn = TimeSpan.FromMicroseconds(250);

    /// <summary>Networks at several places in memory, because some places are better than others.</summary>
    private readonly (Call Before, Call After)[] _pairs;

    /// <summary>Memory between the networks, which keep their parameters in pinned arrays too.</summary>
    private readonly List<byte[]> _gaps = [];

    private int _calls = 1;

    internal Duel(Cell cell, Build before, Build after, string variant, bool startWithAfter)
    {
        // Both networks of a pair should stay in the last cache. Several pairs of the largest networks would push each other out.
        const int large = 1 << 20;
        int weights = cell.Widths.Zip(cell.Widths.Skip(1), (n, m) => n * m).Sum();
        _pairs = new (Call, Call)[weights > large ? 1 : 4];
        float[] inputs = Data.Inputs(cell.Batch * cell.Widths[0]), targets = Data.Targets(cell.Batch, cell.Widths[^1]);
        for (int pair = 0; pair < _pairs.Length; pair++)
        {
            bool afterFirst = pair % 2 == 1 != startWithAfter;
            Call first = Create(afterFirst ? after : before), second = Create(afterFirst ? before : after);
            _pairs[pair] = afterFirst ? (second, first) : (first, second);
        }

        // Where in its page a buffer begins would else depend on the order alone, and be the same in every process.
        Call Create(Build build)
        {
            _gaps.Add(GC.AllocateArray<byte>(Random.Shared.Next(LargestGap), pinned: true));
            return cell.CreateCall(build, variant, inputs, targets);
        }
    }

    internal List<double> Before { get; } = [];

    internal List<double> After { get; } = [];

    /// <summary>More than the 30 calls after which the JIT compiles a method anew.</summary>
    internal void WarmUp()
    {
        for (int k = 0; k < 10; k++)
        {
            foreach ((Call before, Call after) in _pairs)
            {
                before.Repeat(1);
                after.Repeat(1);
            }
        }
    }

    /// <summary>How many calls a turn takes.</summary>
    internal void Calibrate()
    {
        Call call = _pairs[0].Before;
        for (_calls = 1; call.Nanoseconds(_calls) * _calls < s_turn.TotalNanoseconds; _calls *= 2) { }
    }

    /// <summary>
    /// Old, new, new, old, or in every second round the other way round: what drifts steadily favours none. Before each turn some calls
    /// that do not count bring the data back to the caches.
    /// </summary>
    internal void Round(int round)
    {
        (Call before, Call after) = _pairs[round / 2 % _pairs.Length];
        bool afterFirst = round % 2 == 1;
        (Call first, Call second) = afterFirst ? (after, before) : (before, after);
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
