using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The activations, with the names of the page.</summary>
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
    Softmax,
}

/// <summary>The values a and the slopes f′ of a sum z.</summary>
internal static class Activations
{
    private static readonly float c = Number(0x3C23D70A);

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
        _ => throw new ArgumentException($"{f} has no slope."),
    };

    internal static float[] Values(Function f, float[] z) => f == Function.Softmax ? Softmax.Of(z).A : [.. z.Select(x => Value(f, x))];

    internal static float[] Slopes(Function f, float[] z, float[] a) => [.. z.Zip(a, (x, y) => Slope(f, x, y))];
}
