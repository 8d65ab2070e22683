using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using Choice = FastNN.Tuning.ForcedRoute.Choice;

namespace FastNN.Tuning;

/// <summary>How a kernel on rows divides its work.</summary>
/// <param name="Depth">The most inputs in a pass over copied weights. 0 if no weights are copied.</param>
/// <param name="Fetches">Whether the last blocks of a panel fetch the next panel.</param>
internal readonly record struct RowBlocks(int Depth, bool Fetches);

/// <summary>How a kernel on tiles divides its work.</summary>
/// <param name="Depth">The most terms in a pass.</param>
/// <param name="Copies">Whether weights are copied.</param>
internal readonly record struct TileBlocks(int Depth, bool Copies);

/// <summary>The block sizes.</summary>
internal static partial class Routes
{
    /// <summary>Weights of one term in a copy for tiles: those of eight blocks of six rows. They fill whole lines of the cache.</summary>
    internal const int TilePanel = 48;

    /// <summary>The most outputs of a narrow layer whose four chains are computed together.</summary>
    internal const int NarrowOutputs = 3;

    /// <summary>
    /// Rows. A panel of W jumps from row to row. If the rows are powers of two apart, it falls into few sets of the caches. So if W exceeds
    /// L2, the first six samples leave a copy of the panel to the others. 128 samples of 1024-1024 reach 91 % of the peak, and 50 % without
    /// copies (<c>--routes 1024-1024 128 --force rows,direct</c>). 64 samples reach 85 and 48 %
    /// (<c>--routes 1024-1024 64 --force rows,direct</c>), and those of 1000-1000 88 and 86 %
    /// (<c>--routes 1000-1000 64 --force rows,direct</c>).
    /// On a Zen 5, 128 samples of 1024-1024 reach 89 % with copies and 50 % without. If W fits L2, copies cost 1 to 5 %, and 6 % on a Zen 5
    /// (<c>--routes 784-128 64 --force rows,copies</c>). A pass takes so many inputs that the copy fills three quarters of L1 at most.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RowBlocks RowBlocksFor(int inputs, int outputs, int samples, int rows, int lanes, in Machine machine)
    {
        bool exceeds = (long)inputs * outputs > machine.Caches.L2;
        bool copies = machine.Forced.Between(Choice.Copies, Choice.Direct) ?? (exceeds && samples > rows);
        int depth = Math.Clamp(machine.Caches.L1 / 4 * 3 / (2 * lanes), 32, MostDepth);
        return new RowBlocks(copies ? DepthOr(depth, in machine) : 0, copies || exceeds);
    }

    /// <summary>
    /// Rows with packed weights: the most inputs in a pass. A panel of them takes half of L1, and all samples find it there. A few samples
    /// find it in L2. Then W is read from end to end, and the processor foresees it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int PackedDepth(int lanes, int samples, in Machine machine)
    {
        const int few = 48;
        int floats = samples <= few ? machine.Caches.L2 : machine.Caches.L1;
        return DepthOr(Math.Max(floats / 4 / lanes, 64), in machine);
    }

    /// <summary>
    /// Tiles forward. Weights are copied if two things are true: the distance between rows of W is such that columns fall into an eighth of
    /// the sets of L1, and there are enough tiles to share a copy. At 256 bits, 1024 samples of 1024-1024-1024 reach 83 % of the peak with
    /// copies and 74 % without (<c>--variant Vector256 --routes 1024-1024-1024 1024 --force direct</c>), and 64 samples of 768-768 reach 83
    /// and 77 % (<c>--variant Vector256 --routes 768-768 64 --force direct</c>). Two tiles would lose, and so would rows of 384
    /// (<c>--variant Vector256 --routes 384-384 64 --force copies</c>). At 512 bits such layers go in rows.
    /// <para>
    /// With half as many lanes, a term takes half as long, so the caches must be quicker. At 256 bits, 1000-1000 reaches 88 % of the peak
    /// with 128 terms and 75 % with 200 (<c>--variant Vector256 --routes 1000-1000 64 --force depth=200</c>). From copies, 1024-1024
    /// reaches 83 % with 96 terms and 78 % with 128 (<c>--variant Vector256 --routes 1024-1024 64 --force depth=128</c>). One tile copies
    /// nothing. It reaches 78 % with 64 terms and 70 % with 128 (<c>--variant Vector256 --routes 1024-1024 16 --force depth=128</c>).
    /// </para>
    /// <para>
    /// A Zen 5 sees less of this: 768-768 reaches 90 % with copies and 93 % without, 1000-1000 96 % with 125 terms and 94 % with 200,
    /// and one tile of 1024-1024 68 % with 64 terms and with 128. 384-384 takes 1.04 of the time with copies.
    /// </para>
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TileBlocks TileBlocksFor(int outputs, int lanes, int tiles, in Machine machine)
    {
        bool suits = lanes < MostLanes && tiles >= 4 && outputs >= 512 && outputs % 128 == 0;
        bool wanted = machine.Forced.Between(Choice.Copies, Choice.Direct) ?? suits;
        bool copies = wanted && outputs >= TilePanel; // a copy may end in the biases
        int depth = lanes >= MostLanes ? MostDepth : copies ? 96 : Pages.Alias(outputs) ? 64 : 128;
        return new TileBlocks(DepthOr(depth, in machine), copies);
    }

    /// <summary>Tiles backward: the most terms in a pass. W is read along its rows, so nothing is copied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int TileBackDepth(int lanes, in Machine machine) => DepthOr(lanes >= MostLanes ? MostDepth : 128, in machine);

    /// <summary>
    /// Outputs of a narrow layer whose four chains fit the registers together, for so many vectors of samples. 1 if three do not fit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int OutputsTogether(int vectors, int registers) =>
        4 * vectors * NarrowOutputs <= registers ? NarrowOutputs : 1; // the factors take the rest of the 16 or 32 registers

    /// <summary>
    /// Whether a narrow layer on tiles takes its four chains in pairs. A pair has costs besides its products. They show if there are few
    /// inputs: at 512 bits all four chains together take 0.92 of the time for 8-32 (<c>--routes 8-32 64 --force pairs</c>), 0.98 for 32-32
    /// (<c>--routes 32-32 64 --force pairs</c>), and as long for 48-32 (<c>--routes 48-32 64 --force together</c>). If all four do not fit
    /// the registers, one vector of samples after the other takes 0.94 of the time for 8-10
    /// (<c>--variant Vector256 --routes 8-10 64 --force pairs</c>), and 1.03 for 16-10
    /// (<c>--variant Vector256 --routes 16-10 64 --force together</c>). On a Zen 5, pairs take 1.08 of the time for 8-32.
    /// </summary>
    /// <param name="inputs">The inputs of the layer.</param>
    /// <param name="outputs">The outputs of the layer.</param>
    /// <param name="together">
    /// Outputs whose four chains fit the registers together, for all vectors of a tile. 1 if they do not fit.
    /// </param>
    /// <param name="machine">The machine.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool ChainsInPairs(int inputs, int outputs, int together, in Machine machine) =>
        machine.Forced.Between(Choice.Pairs, Choice.Together) ?? (outputs > together && inputs >= (together > 1 ? 48 : 16));

    /// <summary>
    /// A narrow layer in pairs of chains: the most inputs in a pass, a multiple of four. The inputs of a pass take 20 KiB of a tile. They
    /// stay in L1 for all outputs. <c>--routes 784-32 64 --force depth=100</c> compares others.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int PairsDepth(in Machine machine) => machine.Forced.Depth > 0 ? (machine.Forced.Depth + 3) / 4 * 4 : 160;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int DepthOr(int depth, in Machine machine) => machine.Forced.Depth > 0 ? machine.Forced.Depth : depth;

    /// <summary>Panels of J that stay in half of L2 while all strips pass (<c>Batch.Gram</c>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int GramPanels(int rows, int width, in Machine machine) => Math.Max(machine.Caches.L2 / 2 / (rows * width), 1);

    /// <summary>
    /// Rows of W that a few samples take backward together, whole blocks of sixteen: half of L1 holds them, so only the first sample waits
    /// for L2. All parts have about as many rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int BackwardRows(int inputs, int outputs, in Machine machine)
    {
        int parts = Parts.Of(inputs, Math.Max(machine.Caches.L1 / 2 / outputs, MostLanes));
        return VirtualLanes.RoundUp(Parts.Of(inputs, parts));
    }

    /// <summary>
    /// How many samples of a batch have their derivatives by the inputs in tiles. Of the samples that do not fill a tile, half a tile goes
    /// before another is begun, because empty lanes cost much: each sum has sixteen chains. The others go one beside the other.
    /// </summary>
    /// <param name="samples">Of the batch.</param>
    /// <param name="tile">Samples in a full tile.</param>
    /// <param name="fewest">See <see cref="FewestForDerivatives"/>.</param>
    internal static int DerivativesInTiles(int samples, int tile, int fewest)
    {
        int left = samples % Math.Max(tile / 2, 1);
        return left < fewest ? samples - left : samples;
    }

    /// <summary>
    /// From how many samples on half a tile pays for derivatives by the inputs: seven eighths of it, or fewer if they pay for Forward. On a
    /// Sapphire Rapids at 512 bits, 12 samples of 32-64-64-64-16 took 0.88 of the time one beside the other, and those of 784-128-10 took
    /// 0.8. With 16 samples there was no difference beyond the noise. But 8 samples of 7-20-20-1 took 1.4 times as long.
    /// </summary>
    /// <param name="forward">From how many samples on a tile pays for Forward.</param>
    /// <param name="tile">Samples in a full tile.</param>
    internal static int FewestForDerivatives(int forward, int tile) => Math.Max(Math.Min(forward, 7 * tile / 16), 1);

    /// <summary>
    /// How an ensemble divides its work: samples of each member, and blocks of members, that go through the layers together. Up to sixteen
    /// samples use a weight that is in L1. If that is all of a batch, so many blocks go together that their numbers take half of L1. Then a
    /// function is called for many numbers at once.
    /// </summary>
    /// <param name="neurons">How many numbers of a sample are in use.</param>
    /// <param name="parameters">How many numbers of a member are in use again and again.</param>
    /// <param name="batch">Samples of a member.</param>
    /// <param name="samples">Samples that go together.</param>
    /// <param name="machine">The machine.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int MembersTogether(int neurons, int parameters, int batch, out int samples, in Machine machine)
    {
        const int most = 16;
        int room = machine.Caches.L1 / (2 * MemberBlocks.Members); // numbers of sixteen members
        samples = Parts.Of(batch, Parts.Of(batch, most));
        return samples < batch ? 1 : Math.Clamp(room / (neurons * samples + parameters), 1, most);
    }

    /// <summary>
    /// Whether the members of an ensemble lie in the lanes. The parameters of sixteen may take two and a half times L1. Beyond that, all of
    /// them come from L2 for each sample, and those of one network stay in L1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool MembersInLanes(int parameters, in Machine machine) =>
        2 * (long)parameters * MemberBlocks.Members <= 5 * (long)machine.Caches.L1;
}
