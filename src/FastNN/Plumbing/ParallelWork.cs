using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace FastNN.Plumbing;

/// <summary>
/// Work in numbered items. The calling thread does it together with helpers, threads of the thread pool, as many as it asks for and gets. A
/// free thread takes the next item. So the caller never waits for a helper to start, but only for items that helpers have started. While it
/// waits, it spins. Helpers return to the pool at once; the pool's threads spin for some microseconds before they sleep. Only one call may
/// run at a time. A call allocates nothing.
/// </summary>
/// <remarks>
/// Threads meet only at _state, _next, _queued and _failure. .NET's interlocked operations are full fences on every processor, so these
/// give the order, also on Arm: the caller writes the work before it offers seats. A helper reads the work after it has taken a seat. It
/// writes results before it gives the seat back, and the caller reads them after it has seen that.
/// </remarks>
internal abstract class ParallelWork : IThreadPoolWorkItem
{
    /// <summary>A limit of the threads. A caller may give a huge number that means "all", and it must not flood the pool.</summary>
    private const int MostThreads = 256;

    private const int Helper = 1, Seat = 1 << 16, Helpers = Seat - 1;

    private int _count, _next;
    private int _state; // free seats and working helpers in one number, so nobody takes a seat after they are closed
    private int _queued; // may lag for a moment: a queued item may run before it is counted
    private Exception? _failure;

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
        Interlocked.Exchange(ref _state, wanted * Seat); // a full fence: a helper that sees a seat sees the work, too
        try
        {
            Queue(wanted);
            TakeItems();
        }
        finally
        {
            // Whatever happened: helpers use memory that is pinned only until this method ends. Nothing here allocates or throws.
            Interlocked.And(ref _state, Helpers); // a helper has taken its seat before this and is counted, or it finds none
            WaitForHelpers();
        }

        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>
    /// Takes part in the run that is active now, if it still wants help. A thread that would compute other bits does not help. The pool has
    /// such threads on Linux: a thread has the floating-point mode of the thread that started it.
    /// </summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Decrement(ref _queued); // only a count: no other memory depends on it
        if (!FloatingPointMode.IsDefault) return;

        for (int state = Volatile.Read(ref _state), seen; state >= Seat; state = seen) // a guess: the exchange decides
        {
            seen = Interlocked.CompareExchange(ref _state, state - Seat + Helper, state); // a full fence: the work is read after it
            if (seen != state) continue;

            try
            {
                TakeItems();
            }
            finally
            {
                Interlocked.Decrement(ref _state); // a full fence: results are written before it
            }

            return;
        }
    }

    /// <summary>Puts this object into the queue of the pool once more. Tests have pools that fail.</summary>
    private protected virtual void Ask() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private protected abstract void RunItem(int item);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Queue(int wanted)
    {
        try
        {
            for (int missing = wanted - Volatile.Read(ref _queued); missing > 0; missing--) // an old count asks for too many or too few
            {
                Ask();
                Interlocked.Increment(ref _queued);
            }
        }
        catch (ThreadInterruptedException)
        {
            Thread.CurrentThread.Interrupt(); // like a pool without a free thread; the caller's next wait throws
        }
        catch (Exception)
        {
            // The pool has no memory for the item, or another trouble. This is like a pool without a free thread: the caller does the work,
            // and an update that has begun is completed.
        }
    }

    /// <summary>
    /// Does not use a SpinWait, which sometimes sleeps. An interrupt would then end the call before its helpers, which write to its memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WaitForHelpers()
    {
        const int spins = 10;
        for (int turn = 0; (Volatile.Read(ref _state) & Helpers) > 0; turn++) // acquires: results are read after the helpers' decrements
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
            for (int item; (item = Interlocked.Increment(ref _next) - 1) < _count;) RunItem(item); // atomic: each item is taken once
        }
        catch (Exception exception)
        {
            // Memory may be short, so nothing here allocates.
            Interlocked.CompareExchange(ref _failure, exception, null); // the first one counts; the fence of _state shows it to the caller
            Volatile.Write(ref _next, _count); // the remaining items are not needed; one that is taken meanwhile does no harm
        }
    }
}
