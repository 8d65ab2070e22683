using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>
/// One step of a <see cref="Standardizer"/> on every value. Samples are rows, or lanes of a tile. mean and factor are padded to whole
/// multiples of sixteen. y may be x.
/// </summary>
internal static unsafe class StandardizerKernel
{
    /// <summary>Samples in rows: y[s][j] = step(x[s][j], m_j, f_j).</summary>
    /// <param name="x">Rows of <paramref name="width"/> values.</param>
    /// <param name="rows">Samples, at least 1.</param>
    /// <param name="width">Values of a sample, at least 1.</param>
    /// <param name="mean">m.</param>
    /// <param name="factor">f.</param>
    /// <param name="y">Receives the rows.</param>
    /// <param name="yStride">Floats from a row of y to the next. All of them may be written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows<S, V, TStep>(float* x, int rows, int width, float* mean, float* factor, float* y, int yStride)
        where S : struct, ISimd<V>
        where V : struct
        where TStep : struct, IStandardizerStep
    {
        for (; rows > 0; rows--, x += width, y += yStride)
        {
            int k = 0;
            for (; k <= width - S.Count; k += S.Count)
                S.Store(TStep.Apply<S, V>(S.Load(x + k), S.Load(mean + k), S.Load(factor + k)), y + k);
            if (k == width) continue;

            V last = TStep.Apply<S, V>(S.LoadFirst(x + k, S.First(width - k)), S.Load(mean + k), S.Load(factor + k));
            if (k <= yStride - S.Count) S.Store(last, y + k);
            else S.StoreFirst(last, y + k, width - k);
        }
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
