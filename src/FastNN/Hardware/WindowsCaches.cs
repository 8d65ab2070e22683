using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FastNN.Hardware;

/// <summary>The caches as Windows says them: a record for each cache of each core.</summary>
internal static partial class WindowsCaches
{
    private const int RelationCache = 2, MostBytes = 1 << 24;

    /// <summary>Nothing is known on other systems.</summary>
    internal static CacheSizes Read()
    {
        try
        {
            int bytes = 0;
            Ask(RelationCache, [], ref bytes); // says how long the records are
            if (bytes is <= 0 or > MostBytes) return default;

            var records = new byte[bytes];
            return Ask(RelationCache, records, ref bytes) != 0 ? From(records.AsSpan(0, Math.Clamp(bytes, 0, records.Length))) : default;
        }
        catch (TypeLoadException)
        {
            return default; // the library or the function is not there
        }
    }

    /// <summary>Reads until the records end, or one is not whole.</summary>
    /// <param name="records">
    /// SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX: the kind and the length of the record, four bytes each. Then, for a cache, its level (a
    /// byte), its ways (a byte), the bytes of a line (two), its size (four) and its type (four). More follows, such as its cores.
    /// </param>
    internal static CacheSizes From(ReadOnlySpan<byte> records)
    {
        const int lengthAt = 4, levelAt = 8, lineAt = 10, sizeAt = 12, typeAt = 16, least = 20, unified = 0, data = 2;
        var known = default(CacheSizes);
        while (records.Length >= least)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(records[lengthAt..]);
            if (length < least || length > records.Length) break;

            int kind = BinaryPrimitives.ReadInt32LittleEndian(records), type = BinaryPrimitives.ReadInt32LittleEndian(records[typeAt..]);
            if (kind == RelationCache && type is unified or data)
            {
                uint size = BinaryPrimitives.ReadUInt32LittleEndian(records[sizeAt..]);
                known = known.With(records[levelAt], size, BinaryPrimitives.ReadUInt16LittleEndian(records[lineAt..]));
            }

            records = records[length..];
        }

        return known;
    }

    /// <summary>0 if it fails, also because there is too little memory.</summary>
    [LibraryImport("kernel32", EntryPoint = "GetLogicalProcessorInformationEx")]
    private static partial int Ask(int kind, Span<byte> records, ref int bytes);
}
