using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Batch;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN.Members;

/// <summary>
/// The gradient of a layer of blocks of sixteen networks, and what becomes of it, in each lane:
/// <code>g_ij = Σ_s δ_i[s]·a_j[s],   g_i = Σ_s δ_i[s]·1
/// g ← scale·g   or   w ← w + rate·(scale·g)</code>
/// All is in rows of sixteen lanes: a [inputs][blocks][samples][16], δ [outputs][blocks][samples][16], and for each block the result
/// [inputs + 1, outputs][16] with the biases last. The rate is that of <see cref="MemberTerms"/>: each lane has its own.
/// <para>
/// Two inputs by six outputs stay in registers while all samples pass. A sample alone has no sums, so two inputs take all outputs in one
/// loop.
/// </para>
/// </summary>
internal static unsafe class MemberGradient
{
    private const int Lanes = MemberBlocks.Members;

    /// <param name="a">Inputs of the layer.</param>
    /// <param name="inputs">How many.</param>
    /// <param name="delta">δ.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="group">The blocks and samples of a row.</param>
    /// <param name="alone">Whether a sample is the only one of its step: then g is a product.</param>
    /// <param name="sum">The gradient over the samples before. Null if there are none.</param>
    /// <param name="target">Receives the gradient. With terms it holds the parameters, and they are updated.</param>
    /// <param name="scale">The factor of the gradient; 1 for a sample alone.</param>
    /// <param name="terms">See <see cref="MemberTerms"/>, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Compute<S, V>(
        float* a, int inputs, float* delta, int outputs, MemberGroup group, bool alone, float* sum, float* target, float scale,
        float* terms)
        where S : struct, ISimd<V>
        where V : struct
    {
        Vector512<float> ones = Vector512<float>.One; // the input of the biases
        for (int k = 0; k < group.Blocks; k++)
        {
            nint part = k * (nint)group.Part, step = k * group.BlockStep;
            for (int lane = 0; lane < Lanes; lane += S.Count)
            {
                float* rates = terms == null ? null : terms + k * MemberTerms.Floats + lane;
                var layer = new Layer(
                    a + part + lane, inputs, delta + part + lane, outputs, group.Row, sum == null ? null : sum + step + lane,
                    target + step + lane, scale, rates, (float*)&ones);
                if (alone) Alone<S, V>(in layer);
                else Sums<S, V>(in layer, group.Samples);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Alone<S, V>(in Layer layer)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (layer.Rates == null) Alone<S, V, Const.No>(in layer);
        else Alone<S, V, Const.Yes>(in layer);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Alone<S, V, TUpdates>(in Layer layer)
        where S : struct, ISimd<V>
        where V : struct
        where TUpdates : struct, IConst
    {
        nint row = layer.Row, next = layer.Outputs * (nint)Lanes;
        float* a = layer.A, target = layer.Target;
        int j = 0;
        for (; j <= layer.Inputs - 2; j += 2, a += 2 * row, target += 2 * next)
            Products<S, V, Const.Two, TUpdates>(in layer, a, a + row, target);

        // The last is a row of weights with the biases, or the biases alone.
        if (j < layer.Inputs) Products<S, V, Const.Two, TUpdates>(in layer, a, layer.Ones, target);
        else Products<S, V, Const.One, TUpdates>(in layer, layer.Ones, layer.Ones, target);
    }

    /// <summary>N inputs with all outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products<S, V, N, TUpdates>(in Layer layer, float* a, float* otherA, float* target)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where TUpdates : struct, IConst
    {
        V x = S.Load(a), x1 = S.Load(otherA), rate = TUpdates.Value != 0 ? S.Load(layer.Rates) : x, moves = MemberTerms.Moves<S, V>(rate);
        nint row = layer.Row, next = layer.Outputs * (nint)Lanes;
        float* delta = layer.Delta;
        for (float* end = target + next; target < end; delta += row, target += Lanes)
        {
            V d = S.Load(delta);
            Next<S, V, TUpdates>(S.Multiply(d, x), rate, moves, target);
            if (N.Value > 1) Next<S, V, TUpdates>(S.Multiply(d, x1), rate, moves, target + next);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Next<S, V, TUpdates>(V g, V rate, V moves, float* target)
        where S : struct, ISimd<V>
        where V : struct
        where TUpdates : struct, IConst
    {
        if (TUpdates.Value != 0)
        {
            V w = S.Load(target);
            g = S.Select(moves, S.MultiplyAdd(rate, g, w), w);
        }

        S.Store(g, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sums<S, V>(in Layer layer, int samples)
        where S : struct, ISimd<V>
        where V : struct
    {
        int blocks = Parts.Of(layer.Outputs, RowCount.Most), inputs = layer.Inputs;
        nint row = layer.Row, next = layer.Outputs * (nint)Lanes;
        for (int j = 0; j <= inputs; j += 2)
        {
            // The last pair is a row of weights with the biases, or the biases alone.
            float* aj = j < inputs ? layer.A + j * row : layer.Ones, a1 = j + 1 < inputs ? aj + row : layer.Ones;
            nint step = j < inputs ? Lanes : 0, step1 = j + 1 < inputs ? Lanes : 0;
            for (int i = 0, left = blocks; left > 0; left--)
            {
                int rows = Parts.Of(layer.Outputs - i, left);
                nint at = j * next + i * Lanes;
                var cells = new Cells(
                    aj, a1, step, step1, layer.Delta + i * row, row, samples * (nint)Lanes, layer.Sum == null ? null : layer.Sum + at,
                    layer.Target + at, next, layer.Scale, layer.Rates);
                if (j < inputs) RowCount.Call(rows, new Block<S, V, Const.Two>(&cells));
                else RowCount.Call(rows, new Block<S, V, Const.One>(&cells));
                i += rows;
            }
        }
    }

    /// <summary>R outputs with N inputs.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, N, R>(in Cells cells)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
        where R : struct, IConst
    {
        V g0 = S.Broadcast(0f), g1 = g0, g2 = g0, g3 = g0, g4 = g0, g5 = g0; // with the first input
        V h0 = g0, h1 = g0, h2 = g0, h3 = g0, h4 = g0, h5 = g0; // with the second
        nint next = cells.Next, row = cells.Row;
        if (cells.Sum != null)
        {
            Accumulators.Load<S, V, R>(cells.Sum, Lanes, ref g0, ref g1, ref g2, ref g3, ref g4, ref g5);
            if (N.Value > 1) Accumulators.Load<S, V, R>(cells.Sum + next, Lanes, ref h0, ref h1, ref h2, ref h3, ref h4, ref h5);
        }

        float* a = cells.A, b = cells.OtherA, d = cells.Delta;
        nint step = cells.Step, step1 = cells.OtherStep;
        for (float* end = d + cells.Part; d < end; d += Lanes, a += step, b += step1)
        {
            V x = S.Load(a), x1 = N.Value > 1 ? S.Load(b) : x;
            Add<S, V, N>(d, x, x1, ref g0, ref h0);
            if (R.Value > 1) Add<S, V, N>(d + row, x, x1, ref g1, ref h1);
            if (R.Value > 2) Add<S, V, N>(d + 2 * row, x, x1, ref g2, ref h2);
            if (R.Value > 3) Add<S, V, N>(d + 3 * row, x, x1, ref g3, ref h3);
            if (R.Value > 4) Add<S, V, N>(d + 4 * row, x, x1, ref g4, ref h4);
            if (R.Value > 5) Add<S, V, N>(d + 5 * row, x, x1, ref g5, ref h5);
        }

        Ends<S, V, R>(in cells, cells.Target, g0, g1, g2, g3, g4, g5);
        if (N.Value > 1) Ends<S, V, R>(in cells, cells.Target + next, h0, h1, h2, h3, h4, h5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, N>(float* delta, V x, V x1, ref V g, ref V h)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        V d = S.Load(delta);
        g = S.MultiplyAdd(d, x, g);
        if (N.Value > 1) h = S.MultiplyAdd(d, x1, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ends<S, V, R>(in Cells cells, float* target, V g0, V g1, V g2, V g3, V g4, V g5)
        where S : struct, ISimd<V>
        where V : struct
        where R : struct, IConst
    {
        V scale = S.Broadcast(cells.Scale);
        if (cells.Rates == null)
        {
            Accumulators.Store<S, V, R>(
                target, Lanes, S.Multiply(g0, scale), S.Multiply(g1, scale), S.Multiply(g2, scale), S.Multiply(g3, scale),
                S.Multiply(g4, scale), S.Multiply(g5, scale));
            return;
        }

        V rate = S.Load(cells.Rates), moves = MemberTerms.Moves<S, V>(rate);
        Next<S, V, Const.Yes>(S.Multiply(g0, scale), rate, moves, target);
        if (R.Value > 1) Next<S, V, Const.Yes>(S.Multiply(g1, scale), rate, moves, target + Lanes);
        if (R.Value > 2) Next<S, V, Const.Yes>(S.Multiply(g2, scale), rate, moves, target + 2 * Lanes);
        if (R.Value > 3) Next<S, V, Const.Yes>(S.Multiply(g3, scale), rate, moves, target + 3 * Lanes);
        if (R.Value > 4) Next<S, V, Const.Yes>(S.Multiply(g4, scale), rate, moves, target + 4 * Lanes);
        if (R.Value > 5) Next<S, V, Const.Yes>(S.Multiply(g5, scale), rate, moves, target + 5 * Lanes);
    }

    /// <summary>A layer of one block, and some lanes of it. The arguments are those of <see cref="Compute{S, V}"/>.</summary>
    private readonly struct Layer(
        float* a, int inputs, float* delta, int outputs, nint row, float* sum, float* target, float scale, float* rates, float* ones)
    {
        internal readonly float* A = a, Delta = delta, Sum = sum, Target = target, Rates = rates, Ones = ones;
        internal readonly nint Row = row;
        internal readonly int Inputs = inputs, Outputs = outputs;
        internal readonly float Scale = scale;
    }

    /// <summary>Some cells of the gradient.</summary>
    /// <param name="a">The first input.</param>
    /// <param name="otherA">The second input.</param>
    /// <param name="step">Floats of the first input from sample to sample; 0 if it is always 1.</param>
    /// <param name="otherStep">The same of the second.</param>
    /// <param name="delta">δ of the first output.</param>
    /// <param name="row">Floats from there to that of the next output.</param>
    /// <param name="part">Floats of the samples.</param>
    /// <param name="sum">What the sums start from, or null.</param>
    /// <param name="target">As in <see cref="Compute{S, V}"/>.</param>
    /// <param name="next">Floats of sum and target from the first input to the second.</param>
    /// <param name="scale">As in <see cref="Compute{S, V}"/>.</param>
    /// <param name="rates">The same.</param>
    private readonly struct Cells(
        float* a, float* otherA, nint step, nint otherStep, float* delta, nint row, nint part, float* sum, float* target, nint next,
        float scale, float* rates)
    {
        internal readonly float* A = a, OtherA = otherA, Delta = delta, Sum = sum, Target = target, Rates = rates;
        internal readonly nint Step = step, OtherStep = otherStep, Row = row, Part = part, Next = next;
        internal readonly float Scale = scale;
    }

    /// <summary>The arguments of <see cref="Sum{S, V, N, R}"/>.</summary>
    private readonly struct Block<S, V, N>(Cells* cells) : IForRows
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Call<R>()
            where R : struct, IConst => Sum<S, V, N, R>(in *cells);
    }
}
