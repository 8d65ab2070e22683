using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The activations, with the names of the page. Those with parameters have the parameters of its check values.</summary>
internal enum Function
{
    Identity,
    Relu,
    LeakyRelu,
    Sigmoid,
    Tanh,
    Silu,
    Softplus,
    Gelu,
    LeakyReluWithSlope,
    Clip,
    Elu,
    Selu,
    EluWithAlpha,
    HardSigmoid,
    HardSigmoidWith,
    HardSwish,
    Softsign,
    Mish,
    GeluTanh,
    Exponential,
    Softmax,
}

/// <summary>The values a and the slopes f′ of a sum z.</summary>
internal static class Activations
{
    private static readonly float c = Number(0x3C23D70A);

    private static readonly LeakyReluWithSlope s_leaky = new(0.2f);

    private static readonly Clip s_clip = new(-1, 1);

    private static readonly Elu s_elu = Elu.WithAlpha(0.7f);

    private static readonly HardSigmoid s_hardSigmoid = new(0.2f, 0.5f);

    internal static float Value(Function f, float z) => f switch
    {
        Function.Identity => z,
        Function.Relu => Max(+0f, z),
        Function.LeakyRelu => Max(c * z, z),
        Function.Sigmoid => Sigmoid.Value(z),
        Function.Tanh => Tanh.Value(z),
        Function.Silu => Silu.Value(z),
        Function.Softplus => Softplus.Value(z),
        Function.Gelu => Gelu.Value(z),
        Function.LeakyReluWithSlope => s_leaky.Value(z),
        Function.Clip => s_clip.Value(z),
        Function.Elu => Elu.Plain.Value(z),
        Function.Selu => Elu.Selu.Value(z),
        Function.EluWithAlpha => s_elu.Value(z),
        Function.HardSigmoid => HardSigmoid.Plain.Value(z),
        Function.HardSigmoidWith => s_hardSigmoid.Value(z),
        Function.HardSwish => HardSwish.Value(z),
        Function.Softsign => Softsign.Value(z),
        Function.Mish => Mish.Value(z),
        Function.GeluTanh => GeluTanh.Value(z),
        Function.Exponential => NaturalExponential.Value(z),
        _ => throw new ArgumentException($"{f} has no value of one sum."),
    };

    internal static float Slope(Function f, float z, float a) => f switch
    {
        Function.Identity => 1,
        Function.Relu => a > 0 ? 1 : +0f,
        Function.LeakyRelu => a > 0 ? 1 : c,
        Function.Sigmoid => a * (1 - a),
        Function.Tanh => Fma(-a, a, 1),
        Function.Silu => Silu.Slope(z),
        Function.Softplus => Softplus.Slope(z),
        Function.Gelu => Gelu.Slope(z),
        Function.LeakyReluWithSlope => s_leaky.Slope(z),
        Function.Clip => s_clip.Slope(z),
        Function.Elu => Elu.Plain.Slope(z),
        Function.Selu => Elu.Selu.Slope(z),
        Function.EluWithAlpha => s_elu.Slope(z),
        Function.HardSigmoid => HardSigmoid.Plain.Slope(z),
        Function.HardSigmoidWith => s_hardSigmoid.Slope(z),
        Function.HardSwish => HardSwish.Slope(z),
        Function.Softsign => Softsign.Slope(z),
        Function.Mish => Mish.Slope(z),
        Function.GeluTanh => GeluTanh.Slope(z),
        Function.Exponential => a,
        _ => throw new ArgumentException($"{f} has no slope."),
    };

    internal static float[] Values(Function f, float[] z) => f == Function.Softmax ? Softmax.Of(z).A : [.. z.Select(x => Value(f, x))];

    internal static float[] Slopes(Function f, float[] z, float[] a) => [.. z.Zip(a, (x, y) => Slope(f, x, y))];
}
