using System.Runtime.CompilerServices;

namespace FastNN.Plumbing;

/// <summary>Division that rounds up.</summary>
internal static class Parts
{
    /// <summary>
    /// count/size rounded up: the number of parts if each part has at most <paramref name="size"/>. Also the size of the first part if
    /// <paramref name="count"/> is divided into <paramref name="size"/> parts that are as equal as possible.
    /// </summary>
    /// <param name="count">At least 1. No count overflows.</param>
    /// <param name="size">At least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Of(int count, int size) => (count - 1) / size + 1;
}
