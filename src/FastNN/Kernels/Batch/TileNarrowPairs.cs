using System.Runtime.CompilerServices;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// <see cref="TileNarrow"/> in pairs of chains: first c₀ and c₂ of up to six outputs, then c₁ and c₃. With more outputs together, a product
/// needs fewer loads. Two vectors of samples by six outputs by two chains are 24 sums in registers, and 8 loads for 12 products. With
/// sixteen registers there are three outputs, 12 sums, and 5 loads for 6 products.
/// <para>
/// At 512 bits 64 samples of 256-32 reach 0.71 of the peak of FMA. Those of 256-33 reach as much in <see cref="TileGemm"/>. A quarter of
/// the time they are transposed into lanes and activated: this was measured with 256-1. So the products are near the peak. Three outputs by
/// four chains and one vector took four loads for three products. In all that took 1.6 times as long, because all of a tile came from L2
/// for every three outputs.
/// </para>
/// </summary>
internal static unsafe class TileNarrowPairs
{
    private const int MaxOutputs = 32;

    /// <param name="a">The layer's inputs, a tile.</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="b">Biases [outputs].</param>
    /// <param name="y">Receives the layer's sums, a tile.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="depth">The most inputs in a pass, a multiple of four (<see cref="Routes.PairsDepth"/>).</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward<S, V, N>(float* a, int inputs, float* w, float* b, float* y, int outputs, int depth)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        nint tile = N.Value * S.Count;
        int most = 2 * N.Value * RowCount.Most <= S.Registers ? RowCount.Most : RowCount.Most / 2, first = 0;
        float* parked = null;
        int passes = outputs <= most ? 1 : Parts.Of(inputs, depth);
        if (passes > 1)
        {
            float* memory = stackalloc float[4 * MaxOutputs * (int)tile];
            parked = memory;
        }

        for (; passes > 0; passes--)
        {
            int terms = passes == 1 ? inputs - first : Parts.Of(inputs - first, 4 * passes) * 4;
            float* at = a + first * tile, wf = w + first * (nint)outputs;
            for (int i = 0, blocks = Parts.Of(outputs, most); blocks > 0; blocks--)
            {
                int rows = Parts.Of(outputs - i, blocks);
                float* start = first == 0 ? b + i : null, sums = passes == 1 ? y + i * tile : null;
                RowCount.Call(rows, new Block<S, V, N>(at, terms, wf + i, outputs, start, parked + 4 * i * tile, sums));
                i += rows;
            }

            first += terms;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs<S, V, N, R>(float* a, int terms, float* w, nint outputs, float* start, float* parked, float* sums)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        nint tile = N.Value * S.Count;
        Sum<S, V, N, R, Const.No>(a, terms, w, outputs, start, parked, sums);
        Sum<S, V, N, R, Const.Yes>(a + tile, terms - 1, w + outputs, outputs, start, parked + 2 * R.Value * tile, sums);
    }

    /// <summary>Two chains of R outputs: those of the first and of the third of every four inputs.</summary>
    /// <param name="x">Inputs, a tile, from the first input of these chains on.</param>
    /// <param name="terms">The number of inputs from there on.</param>
    /// <param name="w">The weight of that first input for the first output.</param>
    /// <param name="outputs">Floats from there to the weight of the next input.</param>
    /// <param name="start">The biases: c₀ starts from them. If it is null, all chains continue from the numbers in parked.</param>
    /// <param name="parked">R rows of the first chain and R rows of the second, tiles.</param>
    /// <param name="sums">Receives c₀ + c₂, or has c₁ + c₃ added. If it is null, the chains are written to parked.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, N, R, TOdd>(float* x, int terms, float* w, nint outputs, float* start, float* parked, float* sums)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
        where TOdd : struct, IConst
    {
        nint tile = N.Value * S.Count;
        float* parked2 = parked + R.Value * tile;
        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        V d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default; // the second vectors
        V e0 = default, e1 = default, e2 = default, e3 = default, e4 = default, e5 = default; // the second chain
        V f0 = default, f1 = default, f2 = default, f3 = default, f4 = default, f5 = default; // its second vectors
        if (start == null)
        {
            Load<S, V, N, R>(parked, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            Load<S, V, N, R>(parked2, ref e0, ref e1, ref e2, ref e3, ref e4, ref e5, ref f0, ref f1, ref f2, ref f3, ref f4, ref f5);
        }
        else if (TOdd.Value == 0)
        {
            c0 = d0 = S.Broadcast(start[0]);
            if (R.Value > 1) c1 = d1 = S.Broadcast(start[1]);
            if (R.Value > 2) c2 = d2 = S.Broadcast(start[2]);
            if (R.Value > 3) c3 = d3 = S.Broadcast(start[3]);
            if (R.Value > 4) c4 = d4 = S.Broadcast(start[4]);
            if (R.Value > 5) c5 = d5 = S.Broadcast(start[5]);
        }

        for (; terms > 2; terms -= 4, x += 4 * tile, w += 4 * outputs)
        {
            AddTerm<S, V, N, R>(x, w, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
            AddTerm<S, V, N, R>(
                x + 2 * tile, w + 2 * outputs,
                ref e0, ref e1, ref e2, ref e3, ref e4, ref e5, ref f0, ref f1, ref f2, ref f3, ref f4, ref f5);
        }

        if (terms > 0)
            AddTerm<S, V, N, R>(x, w, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);

        if (sums != null)
        {
            Add<S, V, R, TOdd>(sums, tile, c0, c1, c2, c3, c4, c5, e0, e1, e2, e3, e4, e5);
            if (N.Value > 1) Add<S, V, R, TOdd>(sums + S.Count, tile, d0, d1, d2, d3, d4, d5, f0, f1, f2, f3, f4, f5);
        }
        else
        {
            Store<S, V, N, R>(parked, c0, c1, c2, c3, c4, c5, d0, d1, d2, d3, d4, d5);
            Store<S, V, N, R>(parked2, e0, e1, e2, e3, e4, e5, f0, f1, f2, f3, f4, f5);
        }
    }

    /// <summary>Adds one input to one chain of each output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTerm<S, V, N, R>(
        float* x, float* w,
        ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V d0, ref V d1, ref V d2, ref V d3, ref V d4, ref V d5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst =>
        Accumulators.AddTerm<S, V, N, R, Const.No>(
            x, w, w + 1, w + 2, w + 3, w + 4, w + 5, 0,
            ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<S, V, N, R>(
        float* z, ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V d0, ref V d1, ref V d2, ref V d3, ref V d4, ref V d5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        nint tile = N.Value * S.Count;
        Accumulators.Load<S, V, R>(z, tile, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
        if (N.Value > 1) Accumulators.Load<S, V, R>(z + S.Count, tile, ref d0, ref d1, ref d2, ref d3, ref d4, ref d5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V, N, R>(float* z, V c0, V c1, V c2, V c3, V c4, V c5, V d0, V d1, V d2, V d3, V d4, V d5)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        nint tile = N.Value * S.Count;
        Accumulators.Store<S, V, R>(z, tile, c0, c1, c2, c3, c4, c5);
        if (N.Value > 1) Accumulators.Store<S, V, R>(z + S.Count, tile, d0, d1, d2, d3, d4, d5);
    }

    /// <summary>Writes c + e of each output to sums. For the odd chains, adds it to the numbers there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, R, TOdd>(float* sums, nint tile, V c0, V c1, V c2, V c3, V c4, V c5, V e0, V e1, V e2, V e3, V e4, V e5)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
        where TOdd : struct, IConst
    {
        Add<S, V, TOdd>(sums, c0, e0);
        if (R.Value > 1) Add<S, V, TOdd>(sums + tile, c1, e1);
        if (R.Value > 2) Add<S, V, TOdd>(sums + 2 * tile, c2, e2);
        if (R.Value > 3) Add<S, V, TOdd>(sums + 3 * tile, c3, e3);
        if (R.Value > 4) Add<S, V, TOdd>(sums + 4 * tile, c4, e4);
        if (R.Value > 5) Add<S, V, TOdd>(sums + 5 * tile, c5, e5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, TOdd>(float* sum, V c, V e)
        where S : struct, ISimd<V>
        where V : struct
        where TOdd : struct, IConst
    {
        V pair = S.Add(c, e);
        S.Store(TOdd.Value != 0 ? S.Add(S.Load(sum), pair) : pair, sum);
    }

    /// <summary>The arguments of <see cref="Pairs{S, V, N, R}"/>.</summary>
    private readonly struct Block<S, V, N>(float* a, int terms, float* w, nint outputs, float* start, float* parked, float* sums) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Call<R>()
            where R : struct, IConst => Pairs<S, V, N, R>(a, terms, w, outputs, start, parked, sums);
    }
}
