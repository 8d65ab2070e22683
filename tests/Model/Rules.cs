using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>An optimizer: its options, its states, and its direction d.</summary>
internal abstract class Rule
{
    internal float LearningRate { get; init; }

    internal float WeightDecay { get; init; }

    internal float ClipValue { get; init; } = float.PositiveInfinity;

    internal float ClipNorm { get; init; } = float.PositiveInfinity;

    internal Func<long, double> Factor { get; init; } = LearningRates.Constant;

    /// <summary>AdamW takes the decay out of the weight, and not through the gradient.</summary>
    internal virtual bool DecaysApart => false;

    /// <summary>A state is one number for each parameter.</summary>
    internal virtual float[][] States => [];

    internal virtual void Start(int parameters)
    {
    }

    /// <summary>The direction d of parameter k from x. It changes the states.</summary>
    internal abstract float Direction(int k, float x, long t);

    internal virtual double D(long t) => 1;

    protected static float Flush(float x) => MathF.Abs(x) < TwoTo(-126) ? +0f : x;
}

internal sealed class SgdRule : Rule
{
    internal override float Direction(int k, float x, long t) => x;
}

internal sealed class MomentumRule : Rule
{
    private float[] _v = [];

    internal float μ { get; init; } = 0.9f;

    internal bool Nesterov { get; init; }

    internal override float[][] States => [_v];

    internal override void Start(int parameters) => _v = new float[parameters];

    internal override float Direction(int k, float x, long t)
    {
        ref float v = ref _v[k];
        v = Flush(Fma(μ, v, x));
        return Nesterov ? Fma(μ, v, x) : v;
    }
}

internal sealed class RmsPropRule : Rule
{
    private float[] _v = [];

    internal float α { get; init; } = 0.99f;

    internal float ε { get; init; } = 1e-8f;

    internal override float[][] States => [_v];

    internal override void Start(int parameters) => _v = new float[parameters];

    internal override float Direction(int k, float x, long t)
    {
        float α1 = (float)(1 - (double)α);
        ref float v = ref _v[k];
        v = Fma(α, v, Fma(α1 * x, x, TwoTo(-126)));
        return x / (MathF.Sqrt(v) + ε);
    }
}

internal sealed class AdamRule(bool decaysApart) : Rule
{
    private float[] _m = [], _v = [];

    internal float β1 { get; init; } = 0.9f;

    internal float β2 { get; init; } = 0.999f;

    internal float ε { get; init; } = 1e-8f;

    internal override bool DecaysApart => decaysApart;

    internal override float[][] States => [_m, _v];

    internal override void Start(int parameters) => (_m, _v) = (new float[parameters], new float[parameters]);

    internal override double D(long t) => 1 - Power(β1, t + 1);

    internal override float Direction(int k, float x, long t)
    {
        float b1 = (float)(1 - (double)β1), b2 = (float)(1 - (double)β2);
        float q = (float)(1 / Math.Sqrt(1 - Power(β2, t + 1)));
        ref float m = ref _m[k], v = ref _v[k];
        m = Flush(Fma(β1, m, b1 * x));
        v = Fma(β2, v, Fma(b2 * x, x, TwoTo(-126)));
        return m / Fma(MathF.Sqrt(v), q, ε);
    }
}
