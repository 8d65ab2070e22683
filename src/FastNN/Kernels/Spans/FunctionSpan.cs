using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Spans;

/// <summary>y_k = f(z_k) for k in 0..count−1, for a function that may have parameters. y may be z.</summary>
internal static unsafe class FunctionSpan
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Activate<S, V, F>(F f, float* z, float* y, nint count)
        where S : struct, ISimd<V>
        where V : struct
        where F : struct, ISpanActivation
    {
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count) S.Store(f.Value<S, V>(S.Load(z + k), out _), y + k);
        if (k == count) return;

        int lanes = (int)(count - k);
        S.StoreFirst(f.Value<S, V>(S.LoadFirst(z + k, S.First(lanes)), out _), y + k, lanes);
    }

    /// <summary>The same, and f′(z_k) replaces z_k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ActivateKeepingSlope<S, V, F>(F f, float* z, float* y, nint count)
        where S : struct, ISimd<V>
        where V : struct
        where F : struct, ISpanActivation
    {
        nint k = 0;
        for (; k <= count - S.Count; k += S.Count)
        {
            S.Store(f.Value<S, V>(S.Load(z + k), out V slope), y + k);
            S.Store(slope, z + k);
        }

        if (k == count) return;

        int lanes = (int)(count - k);
        S.StoreFirst(f.Value<S, V>(S.LoadFirst(z + k, S.First(lanes)), out V last), y + k, lanes);
        S.StoreFirst(last, z + k, lanes);
    }
}
