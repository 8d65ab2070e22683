using System.Runtime.CompilerServices;

namespace FastNN.Plumbing;

/// <summary>Division that rounds up.</summary>
internal static class Parts
{
    /// <summary>
    /// count/size rounded up: into how many parts of at most that size something falls. Also the size of the first of so many parts that are as even as
    /// possible.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Of(int count, int size) => (count + size - 1) / size;
}
