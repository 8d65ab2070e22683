using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Contract;
using FastNN.Sample;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// The formulas of <see cref="Softmax"/> on a tile of samples [neurons][tile]. Sums have sixteen rows: i is in row i mod 16. Then the rows
/// are folded.
/// </summary>
[SkipLocalsInit]
internal static unsafe class TileSoftmax
{
    /// <summary>The sums z become outputs a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Activate<S, V>(float* z, int outputs, nint tile)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* powers = stackalloc float[VirtualLanes.Count * S.Count];
        for (nint s = 0; s < tile; s += S.Count)
        {
            var powersOf = new SoftmaxPowers<S, V>(Largest<S, V>(z + s, outputs, tile));
            for (int i = 0; i < outputs; i++)
            {
                float* zi = z + i * tile + s, row = powers + i % VirtualLanes.Count * S.Count;
                V power = powersOf.Of<Const.No>(S.Load(zi));
                S.Store(S.Add(i < VirtualLanes.Count ? S.Broadcast(0f) : S.Load(row), power), row);
                S.Store(power, zi);
            }

            TileOutputDelta.Fold<S, V>(powers, Math.Min(outputs, VirtualLanes.Count), S.Count);
            V scale = S.Divide(S.Broadcast(1f), S.Load(powers));
            for (int i = 0; i < outputs; i++) S.Store(S.Multiply(S.Load(z + i * tile + s), scale), z + i * tile + s);
        }
    }

    /// <summary>Cross-entropy: δ replaces the sums z. costs has sixteen rows, and the first receives the costs of the samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CrossEntropyDelta<S, V>(float* z, float* y, int outputs, nint tile, float* costs)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* powers = stackalloc float[2 * VirtualLanes.Count * S.Count], targets = powers + VirtualLanes.Count * S.Count;
        int lanes = Math.Min(outputs, VirtualLanes.Count);
        for (nint s = 0; s < tile; s += S.Count)
        {
            V m = Largest<S, V>(z + s, outputs, tile), zero = S.Broadcast(0f);
            var powersOf = new SoftmaxPowers<S, V>(m);
            for (int i = 0; i < outputs; i++)
            {
                int lane = i % VirtualLanes.Count;
                bool first = i < VirtualLanes.Count;
                float* zi = z + i * tile + s, power = powers + lane * S.Count, target = targets + lane * S.Count;
                float* cost = costs + lane * tile + s;
                V value = S.Load(zi), yi = S.Load(y + i * tile + s), e = powersOf.Of<Const.No>(value);
                S.Store(S.Add(first ? zero : S.Load(power), e), power);
                S.Store(S.Add(first ? zero : S.Load(target), yi), target);
                S.Store(Softmax.AddCost<S, V>(value, yi, m, first ? zero : S.Load(cost)), cost);
                S.Store(e, zi);
            }

            TileOutputDelta.Fold<S, V>(powers, lanes, S.Count);
            TileOutputDelta.Fold<S, V>(targets, lanes, S.Count);
            TileOutputDelta.Fold<S, V>(costs + s, lanes, tile);
            V sum = S.Load(powers), one = S.Broadcast(1f), scale = S.Divide(one, sum), all = S.Load(targets);
            V isOther = S.Greater(S.Abs(S.Subtract(all, one)), S.Broadcast(Cost.SumTolerance)), factor = S.Select(isOther, all, one);
            V logarithm = Logarithm.OfSum<S, V>(S.Divide(sum, powersOf.Of<Const.No>(m)));
            S.Store(S.MultiplyAdd(logarithm, all, S.Load(costs + s)), costs + s);
            for (int i = 0; i < outputs; i++)
            {
                float* zi = z + i * tile + s;
                S.Store(S.Subtract(S.Multiply(S.Multiply(S.Load(zi), scale), factor), S.Load(y + i * tile + s)), zi);
            }
        }
    }

    /// <summary>
    /// δ for a cost of each output by itself. It is computed from g, and replaces a. costs has sixteen rows, and the first receives the
    /// costs of the samples.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Delta<S, V, C>(C of, float* a, float* y, int outputs, nint tile, float* costs)
        where S : struct, ISimd<V>
        where V : struct
        where C : struct, ICost
    {
        float* products = stackalloc float[VirtualLanes.Count * S.Count];
        int lanes = Math.Min(outputs, VirtualLanes.Count);
        for (nint s = 0; s < tile; s += S.Count)
        {
            V zero = S.Broadcast(0f);
            for (int i = 0; i < outputs; i++)
            {
                int lane = i % VirtualLanes.Count;
                bool first = i < VirtualLanes.Count;
                float* product = products + lane * S.Count, cost = costs + lane * tile + s;
                V ai = S.Load(a + i * tile + s), yi = S.Load(y + i * tile + s);
                V p = of.Factors<S, V>(ai, yi, out V q);
                S.Store(S.MultiplyAdd(of.Slope<S, V>(ai, yi), ai, first ? zero : S.Load(product)), product);
                S.Store(S.MultiplyAdd(p, q, first ? zero : S.Load(cost)), cost);
            }

            TileOutputDelta.Fold<S, V>(products, lanes, S.Count);
            TileOutputDelta.Fold<S, V>(costs + s, lanes, tile);
            V dot = S.Load(products);
            for (int i = 0; i < outputs; i++)
            {
                float* at = a + i * tile + s;
                V ai = S.Load(at);
                S.Store(S.Multiply(ai, S.Subtract(of.Slope<S, V>(ai, S.Load(y + i * tile + s)), dot)), at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Largest<S, V>(float* z, int outputs, nint tile)
        where S : struct, ISimd<V>
        where V : struct
    {
        V most = S.Broadcast(float.NegativeInfinity);
        for (int i = 0; i < outputs; i++) most = S.Max(most, S.Load(z + i * tile));
        return most;
    }
}
