using System.Runtime.InteropServices;

namespace FastNN.Tests.Support;

/// <summary>
/// Whole pages between two that nobody may touch. Code that reads or writes there ends the process, so these tests run in a process of
/// their own (<see cref="Guarded"/>). A process has at most 65,530 mappings. So pages are used again after their owner is gone.
/// </summary>
internal sealed unsafe partial class GuardPages
{
    /// <summary>With this environment variable <see cref="Guarded"/> lies between such pages.</summary>
    internal const string EnvironmentVariable = "FASTNN_GUARD_PAGES";

    private const int MostOwned = 4096;
    private static readonly int s_page = Environment.SystemPageSize;
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<int, Stack<nint>> s_free = []; // by bytes
    private static int s_owned;
    private readonly int _bytes;

    internal GuardPages(int floats)
    {
        if (Volatile.Read(ref s_owned) > MostOwned)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        _bytes = (floats * sizeof(float) + s_page - 1) / s_page * s_page;
        First = (float*)Take(_bytes);
    }

    ~GuardPages()
    {
        if (First != null)
        {
            lock (s_lock) s_free[_bytes].Push((nint)First);
        }

        Interlocked.Decrement(ref s_owned);
    }

    internal static bool Wanted { get; } = Environment.GetEnvironmentVariable(EnvironmentVariable) == "1";

    /// <summary>The first float of the first page.</summary>
    internal float* First { get; }

    /// <summary>How many floats there are up to the last page's end.</summary>
    internal int Count => _bytes / sizeof(float);

    private static nint Take(int bytes)
    {
        Interlocked.Increment(ref s_owned);
        lock (s_lock)
        {
            if (!s_free.TryGetValue(bytes, out Stack<nint>? free)) s_free.Add(bytes, free = []);
            if (free.TryPop(out nint first)) return first;
        }

        var before = (nint)NativeMemory.AlignedAlloc((nuint)bytes + 2 * (nuint)s_page, (nuint)s_page);
        Forbid(before);
        Forbid(before + s_page + bytes);
        return before + s_page;
    }

    private static void Forbid(nint page)
    {
        const int none = 0, noAccess = 1; // PROT_NONE, PAGE_NOACCESS
        bool done = OperatingSystem.IsWindows()
            ? VirtualProtect(page, (nuint)s_page, noAccess, out _) != 0 : Protect(page, (nuint)s_page, none) == 0;
        if (!done) throw new InvalidOperationException($"A page could not be protected: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint bytes, int protection);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int VirtualProtect(nint address, nuint bytes, int protection, out int before);
}
