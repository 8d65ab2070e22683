using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Simd;

namespace FastNN;

/// <summary>Gradient descent: w ← w − learningRate·∂C/∂w.</summary>
/// <param name="learningRate">Finite and greater than 0. If a text writes w ← w + r·∂C/∂w with r &lt; 0, then learningRate is −r.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="learningRate"/> is not finite and greater than 0.</exception>
/// <remarks>
/// It keeps no state. Without decay and clipping, a single sample needs no gradient in memory: the backward pass updates w ← fma(−r, δ·a,
/// w) itself.
/// </remarks>
public sealed class Sgd(float learningRate) : Optimizer(learningRate)
{
    /// <summary>Whether the gradient goes into the parameters unchanged.</summary>
    internal bool IsPlain => WeightDecay == 0 && float.IsPositiveInfinity(ClipValue) && float.IsPositiveInfinity(ClipNorm);

    internal override string Kind => nameof(Sgd);

    private protected override Optimizer WithDefaults() => new Sgd(LearningRate);

    internal override UpdateKernel KernelFrom(KernelSet kernels) => kernels.UpdateBy<SgdRule>();

    private protected override RuleTerms<float> RuleAt(long step, out double divisor)
    {
        divisor = 1;
        return default;
    }
}

/// <summary>d = g.</summary>
internal readonly struct SgdRule : IUpdateRule
{
    public static int States => 0;

    public static float Direction(float g, ref float first, ref float second, in RuleTerms<float> terms) => g;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Direction<S, V>(V g, ref V first, ref V second, in RuleTerms<V> terms)
        where S : struct, ISimd<V>
        where V : struct => g;
}
