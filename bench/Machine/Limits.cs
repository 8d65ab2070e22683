using System.Runtime.Intrinsics;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN.Bench.Machine;

/// <summary>
/// Measures what the machine allows: the peak of multiply-adds per vector width, divisions, latencies, and for each working set how fast it
/// can be read and updated in place.
/// </summary>
internal sealed unsafe class Limits
{
    /// <summary>Well within any L1 cache.</summary>
    private const long SmallestWorkingSet = 16 << 10;

    /// <summary>Passes over more are worth fewer rounds.</summary>
    private const long LargestCheap = 2 << 20;

    private readonly List<(Loops Loops, Measurement MultiplyAdd)> _peaks =
        [.. Loops.All.Select(loops => (loops, new Measurement(loops.MultiplyAdd)))];
    private readonly Measurement _divide = new(Loops.Widest.Divide);
    private readonly Measurement _multiplyAddChain = new(Peaks.MultiplyAddChain);
    private readonly Measurement _addChain = new(Peaks.AddChain), _divideChain = new(Peaks.DivideChain);
    private readonly List<WorkingSet> _workingSets;

    /// <summary>Limits for working sets of these sizes, all below 16 KiB sharing one, besides one for each cache and the memory.</summary>
    /// <param name="bytes">The sizes.</param>
    /// <param name="largest">Leaves out larger ones, which take long.</param>
    internal Limits(IEnumerable<long> bytes, long largest = long.MaxValue)
    {
        IEnumerable<long> all = bytes.Concat(Cpu.TypicalWorkingSets).Where(size => size <= largest);
        long[] sizes = [.. all.Select(size => Math.Max(WorkingSet.RoundUp(size), SmallestWorkingSet)).Distinct().Order()];
        var buffer = new AlignedBuffer((int)(sizes[^1] / sizeof(float)));
        _workingSets = [.. sizes.Select(size => new WorkingSet(size, buffer))];
    }

    /// <summary>Those that take microseconds a call.</summary>
    internal IEnumerable<Measurement> Cheap =>
    [
        .. MultiplyAdds, _divide, _multiplyAddChain, _addChain, _divideChain,
        .. _workingSets.Where(set => set.Bytes <= LargestCheap).SelectMany(set => set.Measurements),
    ];

    /// <summary>The loops for the peak of multiply-adds, of each width.</summary>
    internal IEnumerable<Measurement> MultiplyAdds => _peaks.Select(peak => peak.MultiplyAdd);

    internal IEnumerable<Measurement> Costly => _workingSets.Where(set => set.Bytes > LargestCheap).SelectMany(set => set.Measurements);

    /// <summary>All at once, in some seconds, for a run that measures something else later.</summary>
    internal static LimitFigures Measure(IEnumerable<long> workingSets)
    {
        var limits = new Limits(workingSets);
        Measurement.Prepare([.. limits.Cheap, .. limits.Costly]);
        Measurement.Run([.. limits.Cheap], rounds: 100, () => { });
        Measurement.Run([.. limits.Costly], rounds: 10, () => { });
        return limits.Figures;
    }

    /// <summary>The loop for the peak of multiply-adds at one width, and the operations in a call of it.</summary>
    internal static (Measurement Loop, double Operations) PeakOf(KernelVariant variant)
    {
        Loops loops = Loops.All.First(any => any.Variant == variant);
        return (new Measurement(loops.MultiplyAdd), 2.0 * loops.Lanes * Peaks.Operations);
    }

    /// <summary>How many times as long as a division a square root takes, many at once, in the widest vectors. Takes a second.</summary>
    internal static double MeasureRoot()
    {
        Measurement root = new(Loops.Widest.SquareRoot), division = new(Loops.Widest.Divide);
        Measurement.Prepare([root, division]);
        Measurement.Run([root, division], rounds: 100, () => { });
        return root.Nanoseconds / division.Nanoseconds;
    }

    /// <summary>What the measurements have found so far.</summary>
    internal LimitFigures Figures => new(
        MultiplyAddLatency: _multiplyAddChain.Nanoseconds / Peaks.Operations,
        AddLatency: _addChain.Nanoseconds / Peaks.Operations,
        DivideLatency: _divideChain.Nanoseconds / Peaks.Operations,
        GigaDivisions: Loops.Widest.Lanes * Peaks.Operations / _divide.Nanoseconds,
        Gigaflops: _peaks.ToDictionary(
            peak => $"{peak.Loops.Variant}", peak => 2.0 * peak.Loops.Lanes * Peaks.Operations / peak.MultiplyAdd.Nanoseconds),
        Bandwidths: [.. _workingSets.Select(set => new Bandwidth(Cpu.CacheFor(set.Bytes), set.Bytes, set.ReadRate, set.UpdateRate))]);

    /// <summary>The loops at one vector width.</summary>
    private sealed record Loops(
        KernelVariant Variant, int Lanes, Action<int> MultiplyAdd, Action<int> Divide, Action<int> SquareRoot, Sweeps.Sweep[] Reads,
        Sweeps.Sweep[] Updates)
    {
        internal static List<Loops> All { get; } = [.. Kernels.Supported.Select(Of)];

        internal static Loops Widest => All[^1];

        /// <summary>Without vectors the peak alone means something; passes over memory are then emulated vectors.</summary>
        private static Loops Of(KernelVariant variant) => variant switch
        {
            KernelVariant.Vector512 => Of<Simd512, Vector512<float>>(variant),
            KernelVariant.Vector256 => Of<Simd256, Vector256<float>>(variant),
            KernelVariant.Vector128 => Of<Simd128, Vector128<float>>(variant),
            _ => Of<Simd128, Vector128<float>>(variant) with { Lanes = 1, MultiplyAdd = Peaks.MultiplyAdd },
        };

        private static Loops Of<S, V>(KernelVariant variant)
            where S : struct, ISimd<V>
            where V : struct =>
            new(
                variant, S.Count, Peaks.MultiplyAdd<S, V>, Peaks.Divide<S, V>, Peaks.SquareRoot<S, V>, Sweeps.Reads<S, V>(),
                Sweeps.Updates<S, V>());
    }

    /// <summary>The beginning of a buffer, and the loops over it of which the fastest counts.</summary>
    private sealed class WorkingSet
    {
        private readonly AlignedBuffer _buffer, _sum = new(Sweeps.Block);
        private readonly List<Measurement> _reads, _updates;

        internal WorkingSet(long bytes, AlignedBuffer buffer)
        {
            (Bytes, _buffer) = (bytes, buffer);
            _reads = [.. Loops.Widest.Reads.Select(Measure)];
            _updates = [.. Loops.Widest.Updates.Select(Measure)];
        }

        internal long Bytes { get; }

        internal IReadOnlyList<Measurement> Measurements => [.. _reads, .. _updates];

        internal double ReadRate => Rate(_reads);

        internal double UpdateRate => Rate(_updates);

        /// <summary>To whole blocks.</summary>
        internal static long RoundUp(long bytes)
        {
            const long block = Sweeps.Block * sizeof(float);
            return (bytes + block - 1) / block * block;
        }

        private Measurement Measure(Sweeps.Sweep sweep) =>
            new(passes => sweep(_buffer.Pointer, (int)(Bytes / sizeof(float)), passes, _sum.Pointer));

        private double Rate(List<Measurement> loops) => Bytes / loops.Min(loop => loop.Nanoseconds);
    }
}
