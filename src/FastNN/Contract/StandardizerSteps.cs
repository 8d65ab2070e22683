using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>x′ = (x − m)·f: from the user's units to the network's own units.</summary>
internal readonly struct ToOwnUnits : IStandardizerStep
{
    public static float Apply(float value, float mean, float factor) => (value - mean) * factor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V mean, V factor)
        where S : struct, ISimd<V>
        where V : struct => S.Multiply(S.Subtract(value, mean), factor);
}

/// <summary>y = y′/f + m: back to the user's units.</summary>
internal readonly struct ToUserUnits : IStandardizerStep
{
    public static float Apply(float value, float mean, float factor) => value / factor + mean;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V mean, V factor)
        where S : struct, ISimd<V>
        where V : struct => S.Add(S.Divide(value, factor), mean);
}

/// <summary>∂C/∂y′ = (∂C/∂y)/f: the gradient by an output, which the user gives, in the network's own units.</summary>
internal readonly struct GradientToOwnUnits : IStandardizerStep
{
    public static float Apply(float value, float mean, float factor) => value / factor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V mean, V factor)
        where S : struct, ISimd<V>
        where V : struct => S.Divide(value, factor);
}

/// <summary>∂C/∂x = (∂C/∂x′)·f: the gradient by an input, in the user's units.</summary>
internal readonly struct GradientToUserUnits : IStandardizerStep
{
    public static float Apply(float value, float mean, float factor) => value * factor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<S, V>(V value, V mean, V factor)
        where S : struct, ISimd<V>
        where V : struct => S.Multiply(value, factor);
}
