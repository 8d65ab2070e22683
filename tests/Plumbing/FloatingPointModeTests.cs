using FastNN.Plumbing;
using Xunit;

namespace FastNN.Tests.Plumbing;

/// <summary>A thread whose floating-point mode native code has changed is refused, and does not help.</summary>
public class FloatingPointModeTests
{
    private const string Default = "the default";

    /// <summary>The default, and each mode that this system can set.</summary>
    public static TheoryData<string> Modes => [Default, .. NativeMode.All.Keys];

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_thread_in_another_mode_is_refused_by_what_it_does(string mode)
    {
        var network = new Network([2, 4, 2], seed: 1);
        var trainer = new Trainer(network, new Sgd(0.5f));
        float[] parameters = network.Parameters.ToArray(), samples = Cases.Uniform(1, 4);
        var options = new FitOptions { Epochs = 1 };
        Action[] calls =
        [
            Kernels.CheckFloatingPoint, () => _ = new Network([2, 4, 2], seed: 1), () => _ = new Trainer(network, new Sgd(0.5f)),
            () => _ = new ServedNetwork(network), () => network.Clone(), () => trainer.Fit(samples, samples, options),
        ];
        if (mode == Default)
        {
            Assert.All(calls, call => call());
            return;
        }

        foreach (Action call in calls)
        {
            string message = "";
            NativeMode.Run(NativeMode.All[mode], () => message = Assert.Throws<InvalidOperationException>(call).Message);
            Assert.Contains($"but it {mode}: native code has changed", message);
            Assert.Contains("fesetenv(FE_DFL_ENV)", message);
        }

        Cases.AssertSameBits(parameters, network.Parameters, "parameters");
        NativeMode.Run(0, Kernels.CheckFloatingPoint);
        Kernels.CheckFloatingPoint();
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_thread_in_another_mode_does_not_help(string mode)
    {
        var work = new TwoItems();
        var caller = new Thread(() => work.Run(2, 2));
        caller.Start();
        work.HasBegun.Wait();
        IThreadPoolWorkItem helper = work;
        if (mode != Default)
        {
            NativeMode.Run(NativeMode.All[mode], helper.Execute);
            Assert.Equal(1, work.Begun);
        }

        helper.Execute(); // this thread is in order
        Assert.Equal(2, work.Begun);
        work.MayEnd.Set();
        caller.Join();
        work.HasBegun.Dispose();
        work.MayEnd.Dispose();
    }

    /// <summary>The caller stays in the first item. The pool sends nobody.</summary>
    private sealed class TwoItems : ParallelWork
    {
        private int _begun;

        internal ManualResetEventSlim HasBegun { get; } = new();

        internal ManualResetEventSlim MayEnd { get; } = new();

        internal int Begun => _begun;

        private protected override void Ask()
        {
        }

        private protected override void RunItem(int item)
        {
            if (Interlocked.Increment(ref _begun) > 1) return;

            HasBegun.Set();
            MayEnd.Wait();
        }
    }
}
