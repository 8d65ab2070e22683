using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>An activation of one vector. It need not have two halves.</summary>
internal static class ActivationOf
{
    /// <summary>f(z).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Value<S, V, A>(V z)
        where S : struct, ISimd<V>
        where V : struct
        where A : struct, IActivation
    {
        A.Begin<S, V>(z, out V t, out V s);
        return A.End<S, V>(z, t, s);
    }
}
