using System.Runtime.CompilerServices;

namespace FastNN.Fit;

/// <summary>Memory for samples that are not in the user's memory as a step wants them. It grows when it is needed.</summary>
internal sealed class SampleBuffer
{
    private float[] _inputs = [], _targets = [], _weights = [];
    private int[] _numbers = [];

    /// <summary>Memory for inputs. Nothing is cleared; the other methods are the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Span<float> Inputs(int length) => Reserve(ref _inputs, length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Span<float> Targets(int length) => Reserve(ref _targets, length);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Span<float> Weights(int length) => Reserve(ref _weights, length);

    /// <summary>The numbers first, first + 1, …</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ReadOnlySpan<int> Numbers(int first, int count)
    {
        Span<int> numbers = Reserve(ref _numbers, count);
        for (int k = 0; k < count; k++) numbers[k] = first + k;
        return numbers;
    }

    private static Span<T> Reserve<T>(ref T[] memory, int length)
    {
        if (memory.Length < length) memory = new T[length];
        return memory.AsSpan(0, length);
    }
}
