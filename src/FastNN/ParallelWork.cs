using System.Runtime.ExceptionServices;

namespace FastNN;

/// <summary>
/// Work in numbered items, done by the calling thread and as many of the thread pool's as it asks for and gets. Who is free takes the next item,
/// so the caller never waits for a helper to begin, only for the items that helpers have begun. It spins for these; helpers go back to the pool
/// at once, whose threads spin for some microseconds by themselves before they sleep. One call at a time; nothing is allocated for it.
/// </summary>
internal abstract class ParallelWork : IThreadPoolWorkItem
{
    /// <summary>More are not asked for, so that a number meant as "all" does not flood the pool.</summary>
    private const int MostThreads = 256;

    private readonly Lock _lock = new();
    private int _count, _next, _seats;
    private int _queued; // at most a moment behind: an item may run before it is counted
    private volatile int _helpers;
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
        lock (_lock)
        {
            _count = count;
            _next = 0;
            _failure = null;
            _seats = wanted;
        }

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

        try
        {
            TakeItems();
        }
        finally
        {
            lock (_lock) _seats = 0;
            for (var wait = default(SpinWait); _helpers > 0;) wait.SpinOnce(sleep1Threshold: -1);
        }

        _failure?.Throw();
    }

    /// <summary>Takes part in the run that is on by now, if it wants help.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Decrement(ref _queued);
        lock (_lock)
        {
            if (_seats == 0) return;
            _seats--;
            _helpers++;
        }

        TakeItems();
        lock (_lock) _helpers--;
    }

    private protected abstract void RunItem(int item);

    private void TakeItems()
    {
        try
        {
            for (int item; (item = Interlocked.Increment(ref _next) - 1) < _count;) RunItem(item);
        }
        catch (Exception exception)
        {
            lock (_lock) _failure ??= ExceptionDispatchInfo.Capture(exception);
            Volatile.Write(ref _next, _count); // what is left is of no use
        }
    }
}
