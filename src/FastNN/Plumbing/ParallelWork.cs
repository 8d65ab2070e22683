using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace FastNN.Plumbing;

/// <summary>
/// Work in numbered items. The calling thread does it together with helpers, threads of the thread pool, as many as it asks for and gets. A
/// free thread takes the next item. So the caller never waits for a helper to start, but only for items that helpers have started. While it
/// waits, it spins. Helpers return to the pool at once; the pool's threads spin for some microseconds before they sleep. Only one call may
/// run at a time. A call allocates nothing.
/// </summary>
internal abstract class ParallelWork : IThreadPoolWorkItem
{
    /// <summary>A limit of the threads. A caller may give a huge number that means "all", and it must not flood the pool.</summary>
    private const int MostThreads = 256;

    private const int Helper = 1, Seat = 1 << 16, Helpers = Seat - 1;

    private int _count, _next;
    private int _state; // free seats and working helpers in one number, so no helper takes a seat after the last one is gone
    private int _queued; // may lag for a moment: a queued item may run before it is counted
    private ExceptionDispatchInfo? _failure;

    /// <summary>
    /// Does items 0..count−1 on at most <paramref name="threads"/> threads. If an item throws, the exception is thrown here when no thread
    /// is working any more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>Takes part in the run that is active now, if it still wants help.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
            // The pool has no memory for the item. This is like a pool without a free thread: the caller does the work, and an update that
            // has begun is completed.
        }
        catch (ThreadInterruptedException)
        {
            Thread.CurrentThread.Interrupt(); // also like a pool without a free thread; the caller's next wait throws
        }
    }

    /// <summary>
    /// Does not use a SpinWait, which sometimes sleeps. An interrupt would then end the call before its helpers, which write to its memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WaitForHelpers()
    {
        const int spins = 10;
        for (int turn = 0; (Volatile.Read(ref _state) & Helpers) > 0; turn++)
        {
            if (turn < spins) Thread.SpinWait(1 << turn);
            else Thread.Yield();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeItems()
    {
        try
        {
            for (int item; (item = Interlocked.Increment(ref _next) - 1) < _count;) RunItem(item);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            Volatile.Write(ref _next, _count); // the remaining items are not needed
        }
    }
}
