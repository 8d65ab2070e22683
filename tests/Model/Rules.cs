using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The options that all optimizers have. The defaults are those of the page.</summary>
internal sealed record RuleOptions(
    float LearningRate, float WeightDecay = 0, float ClipValue = float.PositiveInfinity, float ClipNorm = float.PositiveInfinity,
    Func<long, double>? Schedule = null)
{
    internal double Factor(long t) => Schedule is null ? LearningRates.Constant(t) : Schedule(t);
}

/// <summary>An optimizer: its states, and its direction d.</summary>
internal abstract class Rule(RuleOptions options)
{
    internal RuleOptions Options => options;

    /// <summary>A state is one number for each parameter.</summary>
    internal float[][] States { get; private set; } = [];

    /// <summary>AdamW takes the decay out of the weight, and not through the gradient.</summary>
    internal virtual bool DecaysApart => false;

    protected virtual int StateCount => 1;

    internal void Start(int parameters) => States = [.. Enumerable.Range(0, StateCount).Select(_ => new float[parameters])];

    /// <summary>The direction d of parameter k from x. It changes the states.</summary>
    internal abstract float Direction(int k, float x, long t);

    internal virtual double D(long t) => 1;

    internal static float Flush(float x) => MathF.Abs(x) < TwoTo(-126) ? +0f : x;
}

internal sealed class SgdRule(RuleOptions options) : Rule(options)
{
    protected override int StateCount => 0;

    internal override float Direction(int k, float x, long t) => x;
}

internal sealed class MomentumRule(RuleOptions options, float μ, bool nesterov) : Rule(options)
{
    internal override float Direction(int k, float x, long t)
    {
        ref float v = ref States[0][k];
        v = Flush(Fma(μ, v, x));
        return nesterov ? Fma(μ, v, x) : v;
    }
}

internal sealed class RmsPropRule(RuleOptions options, float α, float ε) : Rule(options)
{
    private readonly float α1 = (float)(1 - (double)α);

    internal override float Direction(int k, float x, long t)
    {
        ref float v = ref States[0][k];
        v = Fma(α, v, Fma(α1 * x, x, TwoTo(-126)));
        return x / (MathF.Sqrt(v) + ε);
    }
}

internal sealed class AdamRule(RuleOptions options, float β1, float β2, float ε, bool decaysApart) : Rule(options)
{
    private readonly float b1 = (float)(1 - (double)β1), b2 = (float)(1 - (double)β2);

    internal override bool DecaysApart => decaysApart;

    protected override int StateCount => 2;

    internal override double D(long t) => 1 - Power(β1, t + 1);

    internal override float Direction(int k, float x, long t)
    {
        float q = (float)(1 / Math.Sqrt(1 - Power(β2, t + 1)));
        ref float m = ref States[0][k], v = ref States[1][k];
        m = Flush(Fma(β1, m, b1 * x));
        v = Fma(β2, v, Fma(b2 * x, x, TwoTo(-126)));
        return m / Fma(MathF.Sqrt(v), q, ε);
    }
}
