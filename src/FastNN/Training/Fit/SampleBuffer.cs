using System.Runtime.CompilerServices;
using FastNN.Plumbing;

namespace FastNN.Fit;

/// <summary>Memory for samples that are not in the user's memory as a step wants them. It grows when it is needed.</summary>
internal sealed class SampleBuffer
{
    private AlignedBuffer? _inputs, _targets, _weights;
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
        if (_numbers.Length < count) _numbers = new int[count];
        for (int k = 0; k < count; k++) _numbers[k] = first + k;
        return _numbers.AsSpan(0, count);
    }

    private static Span<float> Reserve(ref AlignedBuffer? memory, int length)
    {
        if (memory is null || memory.Length < length) memory = new AlignedBuffer(length);
        return memory.Span[..length];
    }
}
