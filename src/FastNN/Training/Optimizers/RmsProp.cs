using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Optimizers;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// RMSprop: v ← α·v + (1 − α)·g², w ← w − learningRate·g/(√v + ε). v [parameters] starts from 0. The rule of torch.optim.RMSprop, not
/// centred and without momentum, after Hinton, "Neural networks for machine learning", lecture 6, 2012.
/// </summary>
/// <remarks>State: "mean square", v. The gradient is clipped and decayed first, see <see cref="Optimizer"/>.</remarks>
public sealed class RmsProp : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Finite and greater than 0. A step moves a parameter by about this much.</param>
    /// <param name="smoothing">α, in [0, 1): the share of v that a step keeps.</param>
    /// <param name="epsilon">ε, finite and greater than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public RmsProp(float learningRate, float smoothing = 0.99f, float epsilon = 1e-8f)
        : base(learningRate)
    {
        Smoothing = Guard.Fraction(smoothing, nameof(smoothing));
        Epsilon = Guard.Positive(epsilon, nameof(epsilon));
    }

    /// <summary>α, in [0, 1).</summary>
    public float Smoothing { get; }

    /// <summary>ε, greater than 0.</summary>
    public float Epsilon { get; }

    internal override string Kind => nameof(RmsProp);

    private protected override Optimizer WithDefaults() => new RmsProp(LearningRate);

    internal override IReadOnlyList<string> StateNames => ["mean square"];

    private protected override IReadOnlyList<(string Name, float Value)> RuleSettings =>
        [(nameof(Smoothing), Smoothing), (nameof(Epsilon), Epsilon)];

    internal override UpdateKernel KernelFrom(KernelSet kernels) => kernels.UpdateBy<RmsPropRule>();

    private protected override RuleTerms<float> RuleAt(long step, out double divisor)
    {
        divisor = 1;
        return new RuleTerms<float> { FirstKeep = Smoothing, FirstTake = (float)(1.0 - Smoothing), Epsilon = Epsilon };
    }
}

/// <summary>v ← α·v + ((1 − α)·g·g + 2⁻¹²⁶), d = g/(√v + ε). <see cref="AdamRule"/> explains 2⁻¹²⁶.</summary>
internal readonly struct RmsPropRule : IUpdateRule
{
    public static int States => 1;

    public static float Direction(float g, ref float first, ref float second, in RuleTerms<float> terms)
    {
        first = MathF.FusedMultiplyAdd(terms.FirstKeep, first, MathF.FusedMultiplyAdd(terms.FirstTake * g, g, Subnormal.Beyond));
        return g / (MathF.Sqrt(first) + terms.Epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Direction<S, V>(V g, ref V first, ref V second, in RuleTerms<V> terms)
        where S : struct, ISimd<V>
        where V : struct
    {
        first = S.MultiplyAdd(terms.FirstKeep, first, S.MultiplyAdd(S.Multiply(terms.FirstTake, g), g, S.Broadcast(Subnormal.Beyond)));
        return S.Divide(g, S.Add(S.SquareRoot(first), terms.Epsilon));
    }
}
