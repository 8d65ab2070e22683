using System.Runtime.ExceptionServices;

namespace FastNN.Plumbing;

/// <summary>
/// Work in numbered items, done by the calling thread and as many of the thread pool's as it asks for and gets. Who is free takes the next item,
/// so the caller never waits for a helper to begin, only for the items that helpers have begun. It spins for these; helpers go back to the pool
/// at once, whose threads spin for some microseconds by themselves before they sleep. One call at a time; nothing is allocated for it.
/// </summary>
internal abstract class ParallelWork : IThreadPoolWorkItem
{
    /// <summary>More are not asked for, so that a number meant as "all" does not flood the pool.</summary>
    private const int MostThreads = 256;

    private const int Helper = 1, Seat = 1 << 16, Helpers = Seat - 1;

    private int _count, _next;
    private int _state; // so many seats that are free, and helpers at work: in one, so that none takes a seat once there are no more
    private int _queued; // at most a moment behind: an item may run before it is counted
    private ExceptionDispatchInfo? _failure;

    /// <summary>Does items 0..count−1 on at most so many threads. An exception in one of them is thrown once none is at work any more.</summary>
    internal void Run(int count, int threads)
    {
        if (threads == 1 || count == 1)
        {
            for (int item = 0; item < count; item++) RunItem(item);
            return;
        }

        int wanted = Math.Min(Math.Min(threads, count), MostThreads) - 1;
        _count = count;
        _next = 0;
        _failure = null;
        Interlocked.Exchange(ref _state, wanted * Seat);
        Queue(wanted);
        TakeItems();
        Interlocked.And(ref _state, Helpers);
        WaitForHelpers();
        _failure?.Throw();
    }

    /// <summary>Takes part in the run that is on by now, if it wants help.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Decrement(ref _queued);
        for (int state = Volatile.Read(ref _state), seen; state >= Seat; state = seen)
        {
            seen = Interlocked.CompareExchange(ref _state, state - Seat + Helper, state);
            if (seen != state) continue;

            TakeItems();
            Interlocked.Decrement(ref _state);
            return;
        }
    }

    private protected abstract void RunItem(int item);

    private void Queue(int wanted)
    {
        try
        {
            for (int missing = wanted - Volatile.Read(ref _queued); missing > 0; missing--)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                Interlocked.Increment(ref _queued);
            }
        }
        catch (OutOfMemoryException)
        {
            // A pool without memory for the item is one without a free thread: the work is done all the same, and an update that has begun completed.
        }
        catch (ThreadInterruptedException)
        {
            Thread.CurrentThread.Interrupt(); // the same; the caller's next wait tells it
        }
    }

    /// <summary>Not by a SpinWait, which sleeps now and then: an interrupted one would end the call before its helpers, who write to its memory.</summary>
    private void WaitForHelpers()
    {
        const int spins = 10;
        for (int turn = 0; (Volatile.Read(ref _state) & Helpers) > 0; turn++)
        {
            if (turn < spins) Thread.SpinWait(1 << turn);
            else Thread.Yield();
        }
    }

    private void TakeItems()
    {
        try
        {
            for (int item; (item = Interlocked.Increment(ref _next) - 1) < _count;) RunItem(item);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            Volatile.Write(ref _next, _count); // what is left is of no use
        }
    }
}
