using System.Numerics;
using System.Runtime.InteropServices;

namespace FastNN;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), which processors compute by an instruction: 407 KB, a network of 784-128-10, in 38 µs, where SHA-256 takes
/// 204 and reading the file 158. It finds damage, not forgery: who changes a file on purpose can change its checksum too.
/// </summary>
internal struct Crc32C()
{
    private uint _state = uint.MaxValue;

    /// <summary>Of all that was appended.</summary>
    internal readonly uint Value => ~_state;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) state = BitOperations.Crc32C(state, word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..]) state = BitOperations.Crc32C(state, rest);
        _state = state;
    }
}
