using BenchmarkDotNet.Attributes;
using FastNN.Bench.Batch;
using FastNN.Bench.Machine;
using FastNN.Bench.Sample;
using FastNN.Bench.Spans;
using FastNN.Bench.WholeNetworks;
using FastNN.Plumbing;

namespace FastNN.Bench.Contests;

/// <summary>
/// One task that contestants are compared at: its buffers, its call, what it has to do at least, and the results that validation compares.
/// What is timed is what was validated: the setup of every BenchmarkDotNet benchmark compares its contestant with the scalar reference
/// first, and fails where they differ.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false), LimitColumns]
public abstract unsafe class Contest
{
    private protected const float LearningRate = 1e-3f;
    private SplitMix64 _random;

    [ParamsSource(nameof(Sizes))]
    public Size Size { get; set; } = new(1);

    [ParamsSource(nameof(Contestants))]
    public Contestant Contestant { get; set; } = Contestant.Scalar;

    /// <summary>The sizes to time: small, ragged, large.</summary>
    public abstract IEnumerable<Size> Sizes { get; }

    /// <summary>The first is the baseline of all ratios.</summary>
    public virtual IEnumerable<Contestant> Contestants => Contestant.All;

    /// <summary>The one list of tasks: for validation, the default run and the full one.</summary>
    internal static IReadOnlyList<Contest> All { get; } =
    [
        .. Activation.All.Select(activation => new Activate { Activation = activation }), new Forward(), new OutputDelta(),
        new BackwardUpdate(), new BackwardAccumulate(), new GradientDescent(),
        new RowGemm(), new TileGemm(), new TileGemmBackward(), new TileNarrow(), new BatchGradient(), new Transpose(),
        new NetworkForward(), new NetworkStep(), new NetworkBatchForward(), new NetworkBatchStep(),
    ];

    /// <summary>One kernel at many sizes, for a picture.</summary>
    internal static Contest Sweep { get; } = new LayerForward();

    /// <summary>All that the default run times: contestants at the same size stand together, the baseline first.</summary>
    internal static IReadOnlyList<Contest> Entries { get; } =
    [
        .. from contest in All.Append(Sweep)
           from size in contest.Sizes
           from contestant in contest.Contestants
           select contest.For(size, contestant),
    ];

    /// <summary>What the tables and pictures call it.</summary>
    internal virtual string Name => GetType().Name;

    /// <summary>What tables call the baseline.</summary>
    internal virtual string Baseline => $"{Contestant.Scalar}";

    /// <summary>Sizes to validate besides those that are timed: around the lanes of every width.</summary>
    internal virtual IEnumerable<Size> RaggedSizes => [new(2, 1), new(3, 5), new(17, 15), new(31, 33), new(66, 129)];

    /// <summary>All sizes to validate.</summary>
    internal virtual IEnumerable<Size> ValidatedSizes => Sizes.Concat(RaggedSizes);

    internal abstract Work Work { get; }

    /// <summary>All that a call writes.</summary>
    private protected abstract float[] Results { get; }

    [GlobalSetup]
    public void Setup()
    {
        Deviation deviation = CompareWithScalar();
        if (!deviation.IsAccepted) throw new InvalidOperationException(deviation.ToString());

        Renew();
    }

    public abstract void Run();

    internal Deviation CompareWithScalar()
    {
        Contestant contestant = Contestant;
        Contestant = Contestant.Scalar;
        float[] expected = Compute();
        Contestant = contestant;
        return Deviation.Between(expected, Compute(), contestant, $"{Name} {Size}", Size.Terms, Run);
    }

    /// <summary>Another of its kind, for a contestant at a size.</summary>
    internal Contest For(Size size, Contestant contestant)
    {
        var contest = (Contest)MemberwiseClone();
        (contest.Size, contest.Contestant) = (size, contestant);
        return contest;
    }

    /// <summary>
    /// The share of the peak of multiply-adds that a call reaches if it takes this many nanoseconds. It is null for kernels and for one
    /// sample, because it says little about them.
    /// </summary>
    internal double? OfPeak(Roofline roofline, double nanoseconds) => Size.Batch > 1 ? roofline.OfPeak(Work, nanoseconds) : null;

    /// <summary>Buffers filled afresh, and the call on them.</summary>
    internal Measurement ToMeasurement()
    {
        Renew();
        return new Measurement(calls => { for (; calls > 0; calls--) Run(); });
    }

    /// <summary>Allocates and fills the buffers, to the same numbers every time.</summary>
    private protected abstract void Allocate();

    /// <summary>A buffer of numbers uniform in ±<paramref name="limit"/>.</summary>
    private protected AlignedBuffer Uniform(int length, float limit = 1f)
    {
        var buffer = new AlignedBuffer(length);
        foreach (ref float value in buffer.Span) value = _random.NextUniform(3) * (limit / 3f);
        return buffer;
    }

    private void Renew()
    {
        _random = new SplitMix64(seed: 1);
        Allocate();
    }

    private float[] Compute()
    {
        Renew();
        Run();
        return Results;
    }
}
