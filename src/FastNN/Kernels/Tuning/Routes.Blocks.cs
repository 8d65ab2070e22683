using Choice = FastNN.Tuning.ForcedRoute.Choice;

namespace FastNN.Tuning;

/// <summary>How a kernel in rows divides its work.</summary>
/// <param name="Depth">The most inputs in a pass over copied weights; 0 where none are copied.</param>
/// <param name="Fetches">Whether the last blocks of a panel fetch the next panel.</param>
internal readonly record struct RowBlocks(int Depth, bool Fetches);

/// <summary>How a kernel on tiles divides its work.</summary>
/// <param name="Depth">The most terms in a pass.</param>
/// <param name="Copies">Whether weights are copied.</param>
internal readonly record struct TileBlocks(int Depth, bool Copies);

/// <summary>The block sizes.</summary>
internal static partial class Routes
{
    /// <summary>Weights of one term that a copy for tiles holds: those of eight blocks of six rows, and whole lines of the cache.</summary>
    internal const int TilePanel = 48;

    /// <summary>The most outputs of a narrow layer whose four chains are computed together.</summary>
    internal const int NarrowOutputs = 3;

    /// <summary>The most inputs in a pass over copied weights, which so stay in L1.</summary>
    private const int RowDepth = MostDepth;

    /// <summary>
    /// Rows: where W exceeds L2, a panel of it jumps from row to row, through few sets of the caches if these are powers of two apart. So the first six
    /// samples leave a copy to the others. 128 samples of 1024-1024 reach 91 % of the peak, 50 % without copies
    /// (<c>--routes 1024-1024 128 --force rows,direct</c>); 64 samples 85 and 48 %; 64 of 1000-1000 88 and 86 %. Below L2, copies cost 1 to 5 %
    /// (<c>--routes 784-128 64 --force rows,copies</c>).
    /// </summary>
    internal static RowBlocks RowBlocksFor(int inputs, int outputs, int samples, int rows, in Machine machine)
    {
        bool exceeds = (long)inputs * outputs > machine.Caches.L2;
        bool copies = machine.Forced.Between(Choice.Copies, Choice.Direct) ?? (exceeds && samples > rows);
        return new RowBlocks(copies ? DepthOr(RowDepth, in machine) : 0, copies || exceeds);
    }

    /// <summary>
    /// Tiles forward. Weights are copied where rows of W are so many lines apart that columns fall into an eighth of the sets of L1, and there are tiles
    /// enough to share a copy. At 256 bits, 1024 samples of 1024-1024-1024 reach 83 % of the peak with copies and 74 % without
    /// (<c>--variant Vector256 --routes 1024-1024-1024 1024 --force direct</c>), 64 of 768-768 83 and 77 %. Two tiles, or rows of 384, would lose. At 512
    /// bits such layers go in rows. Half as many lanes take half as long over a term, so the caches must be quicker: at 256 bits, 1000-1000 reaches 88 %
    /// of the peak with 128 terms and 75 % with 200 (<c>--force depth=200</c>); 1024-1024 from copies 83 % with 96 and 78 % with 128, and for one tile,
    /// which copies nothing, 78 % with 64 and 70 % with 128.
    /// </summary>
    internal static TileBlocks TileBlocksFor(int outputs, int lanes, int tiles, in Machine machine)
    {
        bool suits = lanes < MostLanes && tiles >= 4 && outputs >= 512 && outputs % 128 == 0;
        bool copies = (machine.Forced.Between(Choice.Copies, Choice.Direct) ?? suits) && outputs >= TilePanel; // a copy may end in the biases
        int depth = lanes >= MostLanes ? MostDepth : copies ? 96 : Pages.Alias(outputs) ? 64 : 128;
        return new TileBlocks(DepthOr(depth, in machine), copies);
    }

    /// <summary>Tiles back: the most terms in a pass. W is read along its rows, so nothing is copied.</summary>
    internal static int TileBackDepth(int lanes, in Machine machine) => DepthOr(lanes >= MostLanes ? MostDepth : 128, in machine);

    /// <summary>
    /// Outputs of a narrow layer whose four chains fit the registers together, for so many vectors of samples; 1 where no three do.
    /// </summary>
    internal static int OutputsTogether(int vectors, int registers) =>
        4 * vectors * NarrowOutputs <= registers ? NarrowOutputs : 1; // what is left of 16 or 32 takes the factors

    /// <summary>
    /// Whether a narrow layer on tiles takes its four chains in pairs. With fewer inputs, what a pair costs beside its products shows: at 512 bits all four
    /// together take 0.92 of the time for 8-32, 0.98 for 32-32 and as long for 48-32 (<c>--routes 32-32 64 --force pairs</c>). Where all four do not fit
    /// the registers, one vector of samples after the other takes 0.94 of the time for 8-10, 1.03 for 16-10.
    /// </summary>
    /// <param name="inputs">Of the layer.</param>
    /// <param name="outputs">Of the layer.</param>
    /// <param name="together">Outputs whose four chains fit the registers together, for all vectors of a tile; 1 where none do.</param>
    /// <param name="machine">Where.</param>
    internal static bool ChainsInPairs(int inputs, int outputs, int together, in Machine machine) =>
        machine.Forced.Between(Choice.Pairs, Choice.Together) ?? (outputs > together && inputs >= (together > 1 ? 48 : 16));

    /// <summary>
    /// A narrow layer in pairs of chains: the most inputs in a pass, a multiple of four. What a tile of them takes, 20 KiB, stays in L1 for all outputs.
    /// Anything from 100 to 300 is as good. In one pass 400-32 and 784-32 take 1.06 and 1.1 times as long at 512 bits, 1.2 times with AVX2.
    /// </summary>
    internal static int PairsDepth(in Machine machine) => machine.Forced.Depth > 0 ? (machine.Forced.Depth + 3) / 4 * 4 : 160;

    private static int DepthOr(int depth, in Machine machine) => machine.Forced.Depth > 0 ? machine.Forced.Depth : depth;
}
