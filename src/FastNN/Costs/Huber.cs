using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// Huber's cost (1964) of the error e = a − y: c = e²/2 if |e| ≤ δ, else δ·(|e| − δ/2). With m = min(δ, |e|) both are m·(|e| − m/2), and
/// ∂c/∂a is m with the sign of e.
/// </summary>
/// <param name="delta">δ.</param>
internal readonly struct Huber(float delta) : ICost
{
    public float LeastTarget => float.MinValue;

    public float MostTarget => float.MaxValue;

    public bool OutputsAreLabels => false;

    public bool Suits(Activation last) => true;

    public float Factors(float a, float y, out float q)
    {
        float size = MathF.Abs(a - y), m = delta < size ? delta : size;
        q = MathF.FusedMultiplyAdd(-0.5f, m, size);
        return m;
    }

    public float Slope(float a, float y)
    {
        float error = a - y, size = MathF.Abs(error);
        return MathF.CopySign(delta < size ? delta : size, error);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<S, V>(V a, V y, out V q)
        where S : struct, ISimd<V>
        where V : struct
    {
        V size = S.Abs(S.Subtract(a, y)), m = S.Min(S.Broadcast(delta), size);
        q = S.MultiplyAdd(S.Broadcast(-0.5f), m, size);
        return m;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<S, V>(V a, V y)
        where S : struct, ISimd<V>
        where V : struct
    {
        V error = S.Subtract(a, y);
        return S.CopySign(S.Min(S.Broadcast(delta), S.Abs(error)), error);
    }
}

public abstract partial class Cost
{
    /// <summary>
    /// Huber's cost, for regression with outliers. C = Σ_i c(a_i − y_i) with c(e) = e²/2 if |e| ≤ δ, and δ·(|e| − δ/2) beyond, for any
    /// activation. ∂c/∂a is e, limited to [−δ, δ]. These are the formulas of PyTorch's HuberLoss, which also divides by the number of
    /// outputs. PyTorch's SmoothL1Loss is this divided by its beta, with δ = beta.
    /// </summary>
    /// <param name="delta">
    /// δ. Finite and greater than 0. It is in the units in which a cost is computed. With <see cref="Network.OutputStandardizer"/>, steps
    /// follow the cost in the network's own units: there an output has a variance of about 1. The cost that is shown is in your units.
    /// </param>
    /// <returns>The cost.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not finite, or not greater than 0.</exception>
    public static Cost Huber(float delta) =>
        new OfOutputs<Huber>(nameof(Huber), new Huber(Guard.Positive(delta, nameof(delta))), delta);
}
