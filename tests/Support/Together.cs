using System.Runtime.ExceptionServices;
using Xunit;

namespace FastNN.Tests.Support;

internal static class Together
{
    /// <summary>
    /// Runs the body on several threads that begin at once, and gives it its number from 0 on. If one of them throws, this throws at the
    /// end. Bodies take seconds, so two minutes are a hang.
    /// </summary>
    internal static void Run(int threads, Action<int> body)
    {
        ExceptionDispatchInfo? failure = null;
        using var start = new Barrier(threads);
        Thread[] all = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() => RunOne(thread)) { IsBackground = true })];
        foreach (Thread thread in all) thread.Start();
        bool ended = all.Aggregate(true, (sofar, thread) => thread.Join(TimeSpan.FromMinutes(2)) && sofar);
        failure?.Throw();
        Assert.True(ended, "The threads have not ended within two minutes.");

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
