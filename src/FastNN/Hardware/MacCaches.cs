using System.Runtime.InteropServices;

namespace FastNN.Hardware;

/// <summary>The caches as macOS says them: each number has a name.</summary>
internal static partial class MacCaches
{
    /// <summary>Nothing is known on other systems.</summary>
    internal static CacheSizes Read()
    {
        try
        {
            return From(Ask);
        }
        catch (TypeLoadException)
        {
            return default; // the library or the function is not there
        }
    }

    /// <param name="ask">Gives the number with a name. 0 if there is none.</param>
    internal static CacheSizes From(Func<string, long> ask)
    {
        return new CacheSizes(Of("l1dcachesize"), Of("l2cachesize"), Of("l3cachesize"), ask("hw.cachelinesize"));

        // Level 0 are the fast cores. The names without a level may mean the others. Macs with processors of Intel have no levels.
        long Of(string cache) => ask($"hw.perflevel0.{cache}") is > 0 and long fast ? fast : ask($"hw.{cache}");
    }

    private static long Ask(string name)
    {
        long value = 0;
        nuint bytes = sizeof(long);
        return ControlByName(name, ref value, ref bytes, 0, 0) == 0 ? value : 0; // of some numbers it writes only the four lower bytes
    }

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ControlByName(string name, ref long value, ref nuint bytes, nint newValue, nuint newBytes);
}
