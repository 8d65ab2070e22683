using Spectre.Console;

namespace FastNN.Bench;

/// <summary>What the machine allows: the length of a cycle, and for each working set how fast it can be read and updated in place.</summary>
internal sealed unsafe class Limits
{
    /// <summary>Well within any L1 cache.</summary>
    private const int SmallestWorkingSet = 16 << 10;
    private const int ChainLength = 16;
    private static float s_z;
    private readonly Measurement _chain = new(Chain);
    private readonly List<WorkingSet> _workingSets;

    /// <summary>Limits for buffers of these sizes; all below 16 KiB share one.</summary>
    internal Limits(IEnumerable<long> bytes) =>
        _workingSets = [.. bytes.Select(b => Math.Max(b, SmallestWorkingSet)).Distinct().Order().Select(b => new WorkingSet(b))];

    internal IEnumerable<Measurement> Measurements => [_chain, .. _workingSets.SelectMany(set => set.Reads.Concat(set.Updates))];

    /// <summary>
    /// Nanoseconds: a quarter of a step of a chain of fused multiply-adds, whose latency is four cycles on every x64 core since 2015. No
    /// cycle where the process must do without the instruction and calls the C library.
    /// </summary>
    internal double Cycle => _chain.Nanoseconds / (4 * ChainLength);

    /// <summary>Nanoseconds to read this many bytes, from the cache they fit in.</summary>
    internal double ReadTime(long bytes) => bytes / WorkingSetFor(bytes).ReadRate;

    /// <summary>Nanoseconds to read, change and write back this many bytes, in the cache they fit in.</summary>
    internal double UpdateTime(long bytes) => bytes / WorkingSetFor(bytes).UpdateRate;

    internal Table ToTable()
    {
        Table table = Screen.Table("Limits of this machine, one core", "working set", "KiB", "read GB/s", "B/cycle", "read-modify-write GB/s", "B/cycle");
        foreach (WorkingSet set in _workingSets)
        {
            table.AddRow(
                Cpu.CacheFor(set.Bytes), $"{set.Bytes / 1024}", $"{set.ReadRate:F1}", $"{set.ReadRate * Cycle:F1}",
                $"{set.UpdateRate:F1}", $"{set.UpdateRate * Cycle:F1}");
        }

        return table.Caption($"one cycle = {Cycle:F4} ns ({1 / Cycle:F2} GHz)");
    }

    private WorkingSet WorkingSetFor(long bytes) => _workingSets.First(set => set.Bytes >= bytes);

    /// <summary>Goes on where the call before ended, so that none of it can be left out.</summary>
    private static void Chain(int calls)
    {
        float z = s_z;
        for (; calls > 0; calls--)
        {
            for (int step = 0; step < ChainLength; step += 4)
            {
                z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
                z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
                z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
                z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
            }
        }

        s_z = z;
    }

    /// <summary>A buffer, and the loops over it of which the fastest counts.</summary>
    private sealed class WorkingSet
    {
        private readonly AlignedBuffer _buffer, _sum = new(Sweeps.Block);

        internal WorkingSet(long bytes)
        {
            Bytes = bytes;
            int floats = (int)(bytes / sizeof(float)) / Sweeps.Block * Sweeps.Block;
            _buffer = new AlignedBuffer(floats);
            (Sweeps.Sweep[] reads, Sweeps.Sweep[] updates) = Sweeps.Widest;
            Reads = Array.ConvertAll(reads, Measure);
            Updates = Array.ConvertAll(updates, Measure);
        }

        internal long Bytes { get; }

        internal Measurement[] Reads { get; }

        internal Measurement[] Updates { get; }

        internal double ReadRate => Rate(Reads);

        internal double UpdateRate => Rate(Updates);

        private Measurement Measure(Sweeps.Sweep sweep) => new(passes => sweep(_buffer.Pointer, _buffer.Length, passes, _sum.Pointer));

        private double Rate(Measurement[] loops) => _buffer.Length * sizeof(float) / loops.Min(loop => loop.Nanoseconds);
    }
}
