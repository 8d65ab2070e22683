using System.Runtime.CompilerServices;

namespace FastNN.Contract;

/// <summary>
/// The sixteen virtual lanes in which sums over a layer's outputs run, whatever the width of the vectors: term i goes to lane i mod 16, in
/// ascending order, and the lanes are folded in halves: 16 to 8 to 4 to 2 to 1. Buffers of deltas are padded with zeros to whole multiples of them.
/// </summary>
internal static class Padding
{
    internal const int Lanes = 16;

    /// <summary>The smallest multiple of <see cref="Lanes"/> that holds <paramref name="count"/> floats.</summary>
    internal static int RoundUp(int count) => checked(count + Lanes - 1) & -Lanes;

    /// <summary>Room for one vector of any width. A struct, not stackalloc, for which the JIT compiles a method without tiering.</summary>
    [InlineArray(Lanes)]
    internal struct Sixteen
    {
        private float _first;
    }
}
