using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using FastNN.Plumbing;
using Xunit;

namespace FastNN.Tests.Passes;

/// <summary>A batch pass is for one caller at a time. It refuses a second caller, who changes nothing.</summary>
public unsafe class TrainingBatchTests
{
    private const int Batch = 40, Parameters = 35;
    private static readonly Entry[] s_entries = Enum.GetValues<Entry>();
    private readonly AlignedBuffer _x = Filled(1, Batch * 2), _y = Filled(2, Batch * 2);

    public static TheoryData<Entry, int> EntriesAndThreads { get; } =
        [.. from entry in s_entries from threads in (int[])[1, 2] select (entry, threads)];

    public enum Entry
    {
        Cost,
        Gradient,
        Accumulate,
        GradientDescent,
        Update,
    }

    [Theory]
    [MemberData(nameof(EntriesAndThreads))]
    public void Who_comes_meanwhile_is_refused(Entry entry, int threads)
    {
        Run alone = new(threads), disturbed = new(threads);
        int refused = 0;
        var disturbing = new Meanwhile(disturbed.Output, () =>
        {
            foreach (Entry other in s_entries)
            {
                var refusal = Assert.Throws<InvalidOperationException>(() => Call(disturbed, disturbed.Passes, other, learningRate: 7f));
                Assert.Equal("This trainer is at work on another thread: a trainer is for one caller at a time.", refusal.Message);
                Interlocked.Increment(ref refused);
            }
        });

        for (int turn = 1; turn <= 2; turn++)
        {
            Assert.Equal(Call(alone, alone.Passes, entry), Call(disturbed, disturbed.PassesUnder(disturbing), entry));
            Assert.InRange(refused, turn * s_entries.Length, int.MaxValue);
            if (entry != Entry.Cost)
            {
                Assert.Throws<OperationCanceledException>(
                    () => Call(disturbed, disturbed.Passes, entry, cancellation: new(true)));
            }

            Cases.AssertSameBits(alone.Gradient.Span, disturbed.Gradient.Span, "gradient");
            Cases.AssertSameBits(alone.Network.Parameters, disturbed.Network.Parameters, "parameters");
        }
    }

    private double Call(Run run, TrainingPasses passes, Entry entry, float learningRate = 0.5f, CancellationToken cancellation = default)
    {
        float* x = _x.Pointer, y = _y.Pointer, gradient = run.Gradient.Pointer;
        UpdateTerms terms = new Adam(learningRate).TermsAt(0);
        switch (entry)
        {
            case Entry.Cost: return run.Pass.Cost(passes, x, y, Batch);
            case Entry.Gradient: return run.Pass.Gradient(passes, x, y, Batch, gradient, 1f, cancellation);
            case Entry.GradientDescent:
                return run.Pass.GradientDescent(passes, x, y, Batch, gradient, 1f, -learningRate, default, cancellation);
            case Entry.Update: return run.Pass.Update(passes, x, y, Batch, gradient, 1f, in terms, default, cancellation);
            default:
                run.Pass.Accumulate(passes, x, y, Batch, gradient, null, cancellation);
                return run.Gradient.Span[0];
        }
    }

    private static AlignedBuffer Filled(int seed, int count)
    {
        var buffer = new AlignedBuffer(count);
        Cases.Uniform(seed, count).CopyTo(buffer.Span);
        return buffer;
    }

    private sealed class Run
    {
        internal Run(int threads)
        {
            var adam = new Adam(0.5f);
            float* w = Network.Buffer.Pointer;
            State = new OptimizerState(adam.StateNames, Parameters);
            Pass = new TrainingBatch(Network.Plan, w, threads, new Updater(Network.Plan, w, adam, State));
        }

        internal Network Network { get; } = new([2, 4, 3, 2], seed: 1);

        internal OptimizerState State { get; }

        internal AlignedBuffer Gradient { get; } = new(Parameters);

        internal TrainingBatch Pass { get; }

        internal OutputKernels Output => Network.Plan.Functions[^1].Under(FastNN.Cost.SquaredError);

        internal TrainingPasses Passes => PassesUnder(Output);

        internal TrainingPasses PassesUnder(OutputKernels output) => Network.Plan.Forward.Under(output);
    }

    /// <summary>Does something in the middle of a pass.</summary>
    private sealed class Meanwhile(OutputKernels output, Action act) : OutputKernels(output.Function)
    {
        internal override float Delta(float* a, float* kept, float* y, float* delta, int outputs) =>
            throw new NotSupportedException("A batch does not call this.");

        internal override void TileDelta(float* a, float* kept, float* y, int outputs, int lanes, float* costs)
        {
            act();
            output.TileDelta(a, kept, y, outputs, lanes, costs);
        }
    }
}
