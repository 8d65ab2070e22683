using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN.Passes;

/// <summary>
/// The gradients of the segments of a batch, added as <see cref="GradientSegments"/> says: two floats for each parameter.
/// </summary>
internal sealed unsafe class SegmentSums(KernelSet kernels, int parameters)
{
    private readonly AlignedBuffer _sums = new(parameters), _errors = new(parameters);

    /// <summary>Some components of the first segment's gradient.</summary>
    /// <param name="from">The number of the first of these components.</param>
    /// <param name="g">The components.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Begin(int from, float* g, int count)
    {
        new Span<float>(g, count).CopyTo(_sums.Span[from..]);
        _errors.Span.Slice(from, count).Clear();
    }

    /// <summary>The same for a later segment. The sum of all segments so far, times <paramref name="scale"/>, replaces g.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(int from, float* g, int count, float scale) =>
        kernels.SegmentSum(_sums.Pointer + from, _errors.Pointer + from, g, count, scale);
}
