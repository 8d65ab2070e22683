using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// One step of a <see cref="Standardizer"/> on every value. Samples are rows, or lanes of a tile. y may be x.
/// </summary>
internal static unsafe class StandardizerKernel
{
    /// <summary>
    /// Samples in rows: y[s][j] = step(x[s][j], m_j, f_j). Means and factors of narrow rows stand there for several rows. So only the last
    /// vector of these rows may be in part. Then a batch of 64 samples of 17-33-9-5 takes 1.07 times as long with a standardizer as
    /// without, and not 1.20 times.
    /// </summary>
    /// <param name="x">Rows, one after the other.</param>
    /// <param name="count">Values of all rows.</param>
    /// <param name="mean">m of the rows of a period. A whole vector may be read at its end, and so at the end of the factors.</param>
    /// <param name="factor">f of the rows of a period.</param>
    /// <param name="period">Values of a period: whole rows.</param>
    /// <param name="y">Receives the rows.</param>
    /// <param name="writable">Floats at <paramref name="y"/> that may be written, at least <paramref name="count"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Rows<S, V, TStep>(float* x, nint count, float* mean, float* factor, int period, float* y, nint writable)
        where S : struct, ISimd<V>
        where V : struct
        where TStep : struct, IStandardizerStep
    {
        for (; count > period; count -= period, writable -= period, x += period, y += period)
            Period<S, V, TStep>(x, period, mean, factor, y, period);
        Period<S, V, TStep>(x, count, mean, factor, y, writable);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Period<S, V, TStep>(float* x, nint count, float* mean, float* factor, float* y, nint writable)
        where S : struct, ISimd<V>
        where V : struct
        where TStep : struct, IStandardizerStep
    {
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count)
            S.Store(TStep.Apply<S, V>(S.Load(x + k), S.Load(mean + k), S.Load(factor + k)), y + k);
        if (k == count) return;

        int lanes = (int)(count - k);
        V last = TStep.Apply<S, V>(S.LoadFirst(x + k, S.First(lanes)), S.Load(mean + k), S.Load(factor + k));
        if (k <= writable - S.Count) S.Store(last, y + k);
        else S.StoreFirst(last, y + k, lanes);
    }

    /// <summary>A tile of samples, [features][lanes]: y[j][s] = step(x[j][s], m_j, f_j).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Tile<S, V, TStep>(float* x, int features, int lanes, float* mean, float* factor, float* y)
        where S : struct, ISimd<V>
        where V : struct
        where TStep : struct, IStandardizerStep
    {
        for (int j = 0; j < features; j++, x += lanes, y += lanes)
        {
            V m = S.Broadcast(mean[j]), f = S.Broadcast(factor[j]);
            for (int s = 0; s < lanes; s += S.Count) S.Store(TStep.Apply<S, V>(S.Load(x + s), m, f), y + s);
        }
    }
}
