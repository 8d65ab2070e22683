using FastNN.Plumbing;
using Xunit;

namespace FastNN.Tests.Plumbing;

/// <summary>Threads share work. Every item is done once. The caller gets the exceptions. Nobody is at work afterwards.</summary>
public class ParallelWorkTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(3, 8)]
    [InlineData(100, 2)]
    [InlineData(100, 4)]
    public void Every_item_is_done_once_and_on_no_more_threads_than_asked_for(int count, int threads)
    {
        var work = new Recorder();
        for (int run = 0; run < 200; run++)
        {
            work.Times.Clear();
            work.Run(count, threads);
            Assert.Equal(0, work.AtWork);
            Assert.Equal(Enumerable.Repeat(1, count), work.Times[..count].ToArray());
            Assert.InRange(work.MostAtWork, 1, threads);
        }
    }

    [Fact]
    public void An_exception_comes_to_the_caller_once_nobody_is_at_work()
    {
        var work = new Recorder { Failing = 17 };
        foreach (int threads in (int[])[1, 2, 4])
        {
            work.Times.Clear();
            Assert.Equal("item 17", Assert.Throws<InvalidOperationException>(() => work.Run(1000, threads)).Message);
            Assert.Equal(0, work.AtWork);
            Assert.True(work.Done < 1000, "The rest of the work was done although an item had failed.");
        }

        work.Failing = -1;
        work.Times.Clear();
        work.Run(50, 4);
        Assert.Equal(50, work.Done);
    }

    [Fact]
    public void A_pool_without_a_free_thread_keeps_nobody_waiting()
    {
        using var release = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(100);
        for (int k = 0; k < 100; k++)
        {
            ThreadPool.QueueUserWorkItem(_ =>
            {
                release.Wait();
                blocked.Signal();
            });
        }

        var work = new Recorder();
        work.Run(100, 4);
        Assert.Equal(100, work.Done);
        release.Set();
        blocked.Wait();
    }

    [Fact]
    public void A_pool_that_fails_keeps_nobody_waiting()
    {
        foreach (Exception trouble in (Exception[])[new InsufficientMemoryException(), new InvalidOperationException()])
        {
            foreach (int willing in (int[])[0, 1, 2])
            {
                var work = new Recorder { Trouble = trouble };
                for (int run = 0; run < 50; run++)
                {
                    work.Times.Clear();
                    work.Willing = willing;
                    work.Run(100, 4);
                    Assert.Equal(0, work.AtWork);
                    Assert.Equal(Enumerable.Repeat(1, 100), work.Times[..100].ToArray());
                }
            }
        }
    }

    [Fact]
    public void A_huge_number_of_threads_does_not_flood_the_pool()
    {
        var work = new Recorder { IsAlone = true };
        work.Run(10_000, int.MaxValue);
        Assert.Equal((255, 10_000), (work.Asked, work.Done));

        work.Run(300, 300); // those who were asked and have not come are still on their way
        Assert.Equal(255, work.Asked);
    }

    [Fact]
    public void An_interrupt_while_the_pool_is_asked_is_kept_for_the_next_wait()
    {
        var work = new Recorder { Trouble = new ThreadInterruptedException(), Willing = 1 };
        Exception? inCall = null, after = null;
        var caller = new Thread(() =>
        {
            inCall = Record.Exception(() => work.Run(100, 4));
            after = Record.Exception(() => Thread.Sleep(TimeSpan.FromMinutes(1)));
        });
        caller.Start();
        caller.Join();
        Assert.Null(inCall);
        Assert.Equal(100, work.Done);
        Assert.IsType<ThreadInterruptedException>(after);
    }

    [Fact]
    public void An_exception_of_a_helper_says_where_it_was_thrown()
    {
        var work = new Meeting { HelperThrows = true };
        Exception? inCall = null;
        var caller = new Thread(() => inCall = Record.Exception(() => work.Run(2, 2)));
        caller.Start();
        caller.Join();
        Assert.Contains(nameof(Meeting.Throw), Assert.IsType<InvalidOperationException>(inCall).StackTrace);
        work.Helper.Dispose();
        work.Release.Dispose();
    }

    [Fact]
    public void An_interrupt_does_not_end_a_call_before_its_helpers()
    {
        var work = new Meeting();
        Exception? inCall = null, after = null;
        var caller = new Thread(() =>
        {
            inCall = Record.Exception(() => work.Run(2, 2));
            after = Record.Exception(() => Thread.Sleep(Timeout.Infinite));
        });
        caller.Start();
        work.Helper.Wait();
        for (int k = 0; k < 20; k++)
        {
            caller.Interrupt();
            Assert.False(caller.Join(TimeSpan.FromMilliseconds(10)), "The call ended while a helper was at work.");
        }

        work.Release.Set();
        caller.Join();
        Assert.Null(inCall);
        Assert.IsType<ThreadInterruptedException>(after); // kept for the next wait
        work.Helper.Dispose();
        work.Release.Dispose();
    }

    /// <summary>Two items. A helper begins one and stays in it. Then the caller does the other.</summary>
    private sealed class Meeting : ParallelWork
    {
        internal ManualResetEventSlim Helper { get; } = new();

        internal ManualResetEventSlim Release { get; } = new();

        internal bool HelperThrows { get; init; }

        internal static void Throw() => throw new InvalidOperationException();

        private protected override void RunItem(int item)
        {
            if (Thread.CurrentThread.IsThreadPoolThread)
            {
                Helper.Set();
                if (HelperThrows) Throw();
                Release.Wait();
                return;
            }

            while (!Helper.IsSet) Thread.Yield();
        }
    }

    private sealed class Recorder : ParallelWork
    {
        private readonly int[] _times = new int[10_000];
        private int _atWork, _mostAtWork;

        /// <summary>How often each item was done. Counting waits for nobody, so an interrupt that is kept does not end it.</summary>
        internal Span<int> Times => _times;

        internal int Done => _times.Count(times => times > 0);

        internal int AtWork => _atWork;

        internal int MostAtWork => _mostAtWork;

        internal int Failing { get; set; } = -1;

        /// <summary>How often the pool may be asked before it throws the trouble.</summary>
        internal int Willing { get; set; }

        internal Exception? Trouble { get; init; }

        /// <summary>Whether the pool sends nobody.</summary>
        internal bool IsAlone { get; init; }

        internal int Asked { get; private set; }

        private protected override void Ask()
        {
            Asked++;
            if (Trouble is not null && Willing-- == 0) throw Trouble;
            if (!IsAlone) base.Ask();
        }

        private protected override void RunItem(int item)
        {
            int now = Interlocked.Increment(ref _atWork), most;
            while ((most = _mostAtWork) < now && Interlocked.CompareExchange(ref _mostAtWork, now, most) != most) { }
            try
            {
                Thread.SpinWait(200);
                Interlocked.Increment(ref _times[item]);
                if (item == Failing) throw new InvalidOperationException($"item {item}");
            }
            finally
            {
                Interlocked.Decrement(ref _atWork);
            }
        }
    }
}
