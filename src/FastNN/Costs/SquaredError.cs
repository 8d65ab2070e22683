using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Simd;

namespace FastNN;

/// <summary>c = (a − y)², ∂c/∂a = 2(a − y).</summary>
internal readonly struct SquaredError : ICost
{
    public static float LeastTarget => float.MinValue;

    public static float MostTarget => float.MaxValue;

    public static bool OutputsAreLabels => false;

    public static bool Suits(Activation last) => true;

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

public abstract partial class Cost
{
    /// <summary>
    /// C = Σ_i (a_i − y_i)², ∂C/∂a_i = 2(a_i − y_i), for any activation. This is the cost of the article that derives the training of a
    /// 2-4-3-2 network by hand. The mean squared error of PyTorch and Keras also divides by the number of outputs n_out. With
    /// <see cref="Reduction.Mean"/>, their learning rate r for plain gradient descent is r/n_out here.
    /// </summary>
    public static Cost SquaredError { get; } = new OfOutputs<SquaredError>(nameof(SquaredError));
}
