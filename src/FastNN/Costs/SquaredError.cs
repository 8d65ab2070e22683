using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN.Costs;

/// <summary>The article's c = (a − y)², ∂c/∂a = 2(a − y).</summary>
internal readonly struct SquaredError : ICost
{
    public static float Add(float a, float y, float sum) => MathF.FusedMultiplyAdd(a - y, a - y, sum);

    public static float Slope(float a, float y) => a - y + (a - y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add<S, V>(V a, V y, V sum)
        where S : struct, ISimd<V>
        where V : struct
    {
        V error = S.Subtract(a, y);
        return S.MultiplyAdd(error, error, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct
    {
        V error = S.Subtract(a, y);
        return S.Add(error, error);
    }
}
