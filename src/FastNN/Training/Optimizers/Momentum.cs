using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN;

/// <summary>
/// Gradient descent with momentum: b ← μ·b + g, w ← w − learningRate·b. b [parameters] starts from 0, so the first b is g. The rule of
/// torch.optim.SGD without dampening, after Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
/// </summary>
/// <remarks>State: "velocity", b. The gradient is clipped and decayed first, see <see cref="Optimizer"/>.</remarks>
public sealed class Momentum : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">
    /// Finite and greater than 0. A constant gradient moves w by learningRate/(1 − μ) times the gradient in a step.
    /// </param>
    /// <param name="momentum">μ, in [0, 1): the share of b that a step keeps.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Momentum(float learningRate, float momentum = 0.9f)
        : base(learningRate) => Coefficient = Guard.Fraction(momentum, nameof(momentum));

    /// <summary>μ, in [0, 1).</summary>
    public float Coefficient { get; }

    internal override string Kind => nameof(Momentum);

    private protected override Optimizer WithDefaults() => new Momentum(LearningRate);

    internal override IReadOnlyList<string> StateNames => ["velocity"];

    private protected override IReadOnlyList<(string Name, float Value)> RuleSettings => [(nameof(Coefficient), Coefficient)];

    internal override UpdateKernel KernelFrom(KernelSet kernels) => kernels.UpdateBy<MomentumRule>();

    private protected override RuleTerms<float> RuleAt(long step, out double divisor)
    {
        divisor = 1;
        return new RuleTerms<float> { FirstKeep = Coefficient };
    }
}

/// <summary>b ← μ·b + g; a subnormal b becomes 0. d = b.</summary>
internal readonly struct MomentumRule : IUpdateRule
{
    public static int States => 1;

    public static float Direction(float g, ref float first, ref float second, in RuleTerms<float> terms) =>
        first = Subnormal.Flush(MathF.FusedMultiplyAdd(terms.FirstKeep, first, g));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Direction<S, V>(V g, ref V first, ref V second, in RuleTerms<V> terms)
        where S : struct, ISimd<V>
        where V : struct => first = Subnormal.Flush<S, V>(S.MultiplyAdd(terms.FirstKeep, first, g));
}
