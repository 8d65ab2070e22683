using System.Numerics.Tensors;

namespace FastNN.Bench.Peers;

/// <summary>Activations and what training makes of them, in place and composed of the calls of System.Numerics.Tensors.</summary>
internal static class ComposedActivations
{
    /// <summary>z ← f(z). SoftMax takes exponentials without subtracting the largest sum, which is good enough here.</summary>
    internal static void Apply(Activation activation, Span<float> z)
    {
        switch (activation.Name)
        {
            case nameof(Activation.Sigmoid): TensorPrimitives.Sigmoid<float>(z, z); break;
            case nameof(Activation.Tanh): TensorPrimitives.Tanh<float>(z, z); break;
            case nameof(Activation.Relu): TensorPrimitives.Max(z, 0f, z); break;
            case nameof(Activation.Softmax): TensorPrimitives.SoftMax<float>(z, z); break;
            case nameof(Activation.Identity): break;
            default: throw new NotSupportedException($"Nothing was composed for {activation}.");
        }
    }

    /// <summary>d ← −d·f′ from a = f(z), which is 1 − a, times a; (1 − a)·(1 + a); or of a ReLU 0 or 1, min(a, 1) rounded up.</summary>
    /// <param name="activation">f.</param>
    /// <param name="d">Multiplied in place.</param>
    /// <param name="a">The outputs.</param>
    /// <param name="slope">Room for as many values.</param>
    internal static void MultiplyBySlope(Activation activation, Span<float> d, ReadOnlySpan<float> a, Span<float> slope)
    {
        switch (activation.Name)
        {
            case nameof(Activation.Sigmoid):
                TensorPrimitives.Multiply(d, a, d);
                TensorPrimitives.AddMultiply(a, -1f, d, d);
                break;
            case nameof(Activation.Tanh):
                TensorPrimitives.AddMultiply(a, 1f, d, d);
                TensorPrimitives.AddMultiply(a, -1f, d, d);
                break;
            case nameof(Activation.Relu):
                TensorPrimitives.Min(a, 1f, slope);
                TensorPrimitives.Ceiling<float>(slope, slope);
                TensorPrimitives.Multiply(d, -1f, d);
                TensorPrimitives.Multiply(d, slope, d);
                break;
            case nameof(Activation.Identity): TensorPrimitives.Multiply(d, -1f, d); break;
            default: throw new NotSupportedException($"Nothing was composed for {activation}.");
        }
    }
}
