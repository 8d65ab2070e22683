using System.Runtime.InteropServices;

namespace FastNN.Tests.Support;

/// <summary>The time that processors have spent on the current thread. What other threads and programs do does not count.</summary>
internal static partial class ThreadTime
{
    internal static TimeSpan Now
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                bool isKnown = GetThreadTimes(GetCurrentThread(), out _, out _, out long kernel, out long user);
                return isKnown ? TimeSpan.FromTicks(kernel + user) : throw new InvalidOperationException(); // both count 100 ns
            }

            int thread = OperatingSystem.IsMacOS() ? 16 : 3; // CLOCK_THREAD_CPUTIME_ID
            if (GetTime(thread, out TimeSpec time) != 0) throw new InvalidOperationException();
            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        internal nint Seconds, Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentThread();

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetThreadTimes(nint thread, out long creation, out long exit, out long kernel, out long user);
}
