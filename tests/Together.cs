using System.Runtime.ExceptionServices;
using Xunit;

namespace FastNN.Tests;

internal static class Together
{
    /// <summary>
    /// Runs the body, given its number from 0 on, on so many threads that begin at once. What one of them throws, this throws at the end. Bodies take seconds; two
    /// minutes are a hang.
    /// </summary>
    internal static void Run(int threads, Action<int> body)
    {
        ExceptionDispatchInfo? failure = null;
        using var start = new Barrier(threads);
        Thread[] all = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() => RunOne(thread)) { IsBackground = true })];
        foreach (Thread thread in all) thread.Start();
        foreach (Thread thread in all) Assert.True(thread.Join(TimeSpan.FromMinutes(2)), "a hang");
        failure?.Throw();

        void RunOne(int thread)
        {
            start.SignalAndWait();
            try
            {
                body(thread);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            }
        }
    }
}
