using System.Runtime.CompilerServices;

namespace FastNN.Contract;

/// <summary>
/// Sixteen virtual lanes: the promised order of every sum over the outputs of a layer, at any width of vectors. Term i goes to lane i mod
/// 16, in ascending order of i. Then the lanes are folded in halves: 16 to 8 to 4 to 2 to 1. Buffers of deltas are padded with zeros to a
/// multiple of 16.
/// </summary>
internal static class VirtualLanes
{
    /// <summary>This is part of the contract: another number gives other bits.</summary>
    internal const int Count = 16;

    /// <summary>The smallest multiple of <see cref="Count"/> that holds <paramref name="count"/> floats.</summary>
    internal static int RoundUp(int count) => checked(count + Count - 1) & -Count;

    /// <summary>
    /// Stack memory for one float of each lane. It is a struct and not stackalloc, because the JIT compiles a method with stackalloc
    /// without tiering.
    /// </summary>
    [InlineArray(Count)]
    internal struct Memory
    {
        private float _first;
    }
}
