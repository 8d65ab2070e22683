using BenchmarkDotNet.Attributes;

namespace FastNN.Bench;

/// <summary>The size a kernel runs at; a kernel over a plain span has one input.</summary>
public readonly record struct Shape(int Inputs, int Outputs)
{
    /// <summary>BenchmarkDotNet's name of the parameter.</summary>
    public override string ToString() => Inputs == 1 ? $"{Outputs}" : $"{Inputs}x{Outputs}";
}

/// <summary>
/// One kernel: its buffers, its call, and the results that validation compares. What is timed is what was validated: the setup of every
/// benchmark compares its contestant with the scalar reference first, and fails where they differ.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false), RatioToScalar]
public abstract unsafe class KernelBenchmark
{
    private protected const float LearningRate = 1e-3f;
    private SplitMix64 _random;

    [ParamsSource(nameof(Shapes))]
    public Shape Shape { get; set; }

    [ParamsSource(nameof(Contestants))]
    public Contestant Kernels { get; set; } = Contestant.Scalar;

    /// <summary>The shapes to time: small, ragged, large.</summary>
    public abstract IEnumerable<Shape> Shapes { get; }

    public static IEnumerable<Contestant> Contestants => Contestant.All;

    /// <summary>The one list of kernels for validation and the table of the default run.</summary>
    internal static IEnumerable<KernelBenchmark> All =>
        [new Sigmoid(), new Forward(), new OutputDelta(), new Descend(), new Accumulate(), new GradientDescent()];

    /// <summary>Shapes to validate besides those that are timed: around the lanes of every width.</summary>
    internal virtual IEnumerable<Shape> RaggedShapes => [new(2, 1), new(3, 5), new(17, 15), new(31, 33), new(66, 129)];

    /// <summary>All that the kernel writes.</summary>
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
        Contestant contestant = Kernels;
        Kernels = Contestant.Scalar;
        float[] expected = Compute();
        Kernels = contestant;
        return Deviation.Between(expected, Compute(), contestant, $"{GetType().Name} {Shape}", Run);
    }

    /// <summary>Allocates and fills the buffers, to the same numbers every time.</summary>
    private protected abstract void Allocate();

    /// <summary>A buffer of numbers uniform in ±<paramref name="limit"/>.</summary>
    private protected AlignedBuffer Uniform(int length, float limit = 1f)
    {
        var buffer = new AlignedBuffer(length);
        foreach (ref float value in buffer.Span) value = _random.NextParameter() * (limit / 3f);
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
