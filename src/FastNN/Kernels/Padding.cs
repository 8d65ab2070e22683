using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastNN.Vectorised;

/// <summary>
/// The sixteen virtual lanes in which sums over a layer's outputs run, whatever the width of the vectors: term i goes to lane i mod 16, in
/// ascending order, and the lanes are folded in halves. Buffers of deltas are padded with zeros to whole multiples of them.
/// </summary>
internal static unsafe class Padding
{
    internal const int Lanes = 16;

    /// <summary>The smallest multiple of <see cref="Lanes"/> that holds <paramref name="count"/> floats.</summary>
    internal static int RoundUp(int count) => checked(count + Lanes - 1) & -Lanes;

    /// <summary>Sixteen lanes folded to four: lane k is (l_k + l_k+8) + (l_k+4 + l_k+12).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Fold(float* lanes) =>
        (Vector128.Load(lanes) + Vector128.Load(lanes + 8)) + (Vector128.Load(lanes + 4) + Vector128.Load(lanes + 12));

    /// <summary>Room for the lanes of one sum. A struct, not stackalloc, for which the JIT compiles a method without tiering.</summary>
    [InlineArray(Lanes)]
    internal struct Sixteen
    {
        private float _first;
    }
}
