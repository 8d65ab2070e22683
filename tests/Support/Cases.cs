using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using FastNN.Dispatch;
using FastNN.Passes;
using Xunit;

namespace FastNN.Tests.Support;

/// <summary>What the numbers of a test are like.</summary>
public enum Numbers
{
    Ordinary,
    SignedZeros,
    Subnormals,
    Infinities,
    NaNs,
}

/// <summary>What every kernel is tried on: the variants of this process, the shapes around every tile, and numbers of every kind.</summary>
public static class Cases
{
    private static readonly bool s_isEmulated = Environment.GetEnvironmentVariable("FASTNN_EMULATED") == "1";

    public static TheoryData<KernelVariant> Variants { get; } = [.. KernelSet.Supported.Select(set => set.Variant)];

    /// <summary>
    /// All kinds. Between guard pages only the touched memory counts, so two kinds are enough: softmax takes different ways for them.
    /// </summary>
    internal static Numbers[] Kinds { get; } = GuardPages.Wanted ? [Numbers.Ordinary, Numbers.Infinities] : Enum.GetValues<Numbers>();

    public static TheoryData<KernelVariant, Numbers> VariantsAndNumbers { get; } =
        [.. from set in KernelSet.Supported from numbers in Kinds select (set.Variant, numbers)];

    /// <summary>
    /// The activations for tests of layers: all that have kernels of their own, and two of those that follow the sums in a pass of their
    /// own. The others of these share all kernels of layers with these two.
    /// </summary>
    internal static Activation[] OfLayers { get; } =
    [
        Activation.Gelu, Activation.Identity, Activation.LeakyRelu, Activation.Relu, Activation.Sigmoid, Activation.Silu,
        Activation.Softmax, Activation.Softplus, Activation.Tanh, Activation.Elu, Activation.Clip(-1f, 1f),
    ];

    /// <summary>Those of a last layer. The exponential has a cost of its own.</summary>
    internal static Activation[] OfLastLayers { get; } = [.. OfLayers, Activation.Exponential];

    /// <summary>
    /// Last layers with costs that suit. The squared error is behind every activation. The kernels of other costs differ only in the cost,
    /// so they are behind one activation of each kind.
    /// </summary>
    internal static (Activation Last, Cost Cost)[] Ends { get; } =
    [
        .. from last in OfLastLayers
           from cost in CostsOf(last)
           where cost == Cost.SquaredError || last is { Name: "Identity" or "Sigmoid" or "Softmax" or "Elu" or "Exponential" }
           select (last, cost),
    ];

    /// <summary>All variants with these activations, by name.</summary>
    public static TheoryData<KernelVariant, string> VariantsAndActivations { get; } =
        [.. from set in KernelSet.Supported from f in OfLayers select (set.Variant, f.Name)];

    /// <summary>The same with the activations of each neuron by itself.</summary>
    public static TheoryData<KernelVariant, string> VariantsAndElementwise { get; } =
        [.. from set in KernelSet.Supported from f in OfLayers where f.IsElementwise select (set.Variant, f.Name)];

    /// <summary>All variants with <see cref="Ends"/>, both by name.</summary>
    public static TheoryData<KernelVariant, string, string> VariantsAndOutputs { get; } =
        [.. from set in KernelSet.Supported from end in Ends select (set.Variant, end.Last.Name, end.Cost.Name)];

    internal static KernelSet Reference => KernelSet.For(KernelVariant.Scalar);

    /// <summary>The kernels of a variant for an activation, and those of the reference.</summary>
    internal static (ActivationKernels Kernels, ActivationKernels Reference) KernelsOf(string activation, KernelVariant variant) =>
        (KernelSet.For(variant).Of(Named(activation)), Reference.Of(Named(activation)));

    internal static Activation Named(string activation) => OracleActivations.All.Single(a => a.Name == activation);

    /// <summary>The names of a type's static properties that return that type, sorted.</summary>
    internal static IEnumerable<string> PropertiesOf<T>() => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(T)).Select(property => property.Name).Order(StringComparer.Ordinal);

    internal static Cost CostNamed(string cost) => OracleCosts.Known.Single(c => c.Name == cost);

    /// <summary>The costs that suit an activation of the last layer. Some have parameters.</summary>
    internal static Cost[] CostsOf(Activation last) => [.. OracleCosts.Known.Where(cost => cost.Suits(last))];

    /// <summary>Turns targets of [0, 1) into targets that the cost allows.</summary>
    internal static float[] TargetsOf(Cost cost, int outputs, float[] targets) =>
        cost.TargetsSumToOne ? [.. targets.Chunk(outputs).SelectMany(y => y.Select(yi => yi / y.Sum()))] : targets;

    /// <summary>Sigmoid layers between widths.</summary>
    internal static NetworkPlan Plan(KernelSet kernels, params int[] widths) => Plan(kernels, Activation.Sigmoid, widths);

    /// <summary>Layers of one activation between widths.</summary>
    internal static NetworkPlan Plan(KernelSet kernels, Activation activation, params int[] widths) =>
        new(widths, [.. widths.Skip(1).Select(_ => activation)], kernels);

    /// <summary>An activation for each layer, softmax only last.</summary>
    internal static Activation[] RandomActivations(Random random, int layers)
    {
        Activation[] hidden = [.. OracleActivations.All.Where(f => f.IsElementwise)], all = [.. OracleActivations.All];
        var activations = new Activation[layers];
        for (int l = 0; l < layers; l++)
        {
            Activation[] choice = l < layers - 1 ? hidden : all;
            activations[l] = choice[random.Next(choice.Length)];
        }

        return activations;
    }

    /// <summary>Whether a trainer takes a last layer of this activation. Softmax of one output is always 1.</summary>
    internal static bool CanLearn(Activation last, int outputs) => last != Activation.Softmax || outputs > 1;

    /// <summary>The same activations, but sigmoid in the place of a softmax of one output.</summary>
    internal static Activation[] Learning(Activation[] activations, int outputs) =>
        CanLearn(activations[^1], outputs) ? activations : [.. activations[..^1], Activation.Sigmoid];

    /// <summary>A cost that suits the last layer.</summary>
    internal static Cost RandomCost(Random random, Activation last)
    {
        Cost[] costs = CostsOf(last);
        return costs[random.Next(costs.Length)];
    }

    /// <summary>One in sixty of <see cref="Shapes"/>, and some of the large ones. They are always the same.</summary>
    internal static IEnumerable<(int Inputs, int Outputs)> SomeShapes
    {
        get
        {
            var random = new Random(1);
            return Shapes.Where(_ => random.Next(60) == 0).Concat([(1, 1), (129, 70), (5, 1024), (70, 141)]);
        }
    }

    /// <summary>Every shape from 1 × 1 to 67 × 67.</summary>
    internal static IEnumerable<(int Inputs, int Outputs)> Shapes =>
        from inputs in Enumerable.Range(1, 67) from outputs in Enumerable.Range(1, 67) select (inputs, outputs);

    /// <summary>
    /// Every one of the shapes with ordinary numbers. With special numbers it is one in eight, always the same ones: the way that a kernel
    /// takes follows from the shape, and never from the numbers.
    /// </summary>
    internal static IEnumerable<(int Inputs, int Outputs)> For(Numbers numbers, IEnumerable<(int Inputs, int Outputs)> shapes)
    {
        var random = new Random(3);
        return shapes.Where(_ => numbers == Numbers.Ordinary || random.Next(8) == 0);
    }

    /// <summary>
    /// Large ragged shapes, shapes whose rows are a page apart, and shapes beyond the L1 cache with every remainder by six rows and by
    /// sixteen columns.
    /// </summary>
    internal static IEnumerable<(int Inputs, int Outputs)> LargeShapes =>
        ((int, int)[])[(257, 129), (1000, 33), (130, 1031), (16, 1024), (5, 1024), (48, 2043), (784, 128), (1, 4099), (4099, 1),
            .. from inputs in Enumerable.Range(66, 6) from outputs in Enumerable.Range(128, 16) select (inputs, outputs)];

    /// <summary>Every network of two layers that is no wider than four.</summary>
    internal static IEnumerable<int[]> TinyNetworks =>
        from inputs in Enumerable.Range(1, 4)
        from hidden in Enumerable.Range(1, 4)
        from outputs in Enumerable.Range(1, 4)
        select (int[])[inputs, hidden, outputs];

    /// <summary>Networks whose first layer takes the samples of a batch in rows.</summary>
    internal static IEnumerable<int[]> NetworksInRows =>
        from widths in (int[][])
        [
            [49, 48], [67, 64, 9], [97, 96, 33, 5], [130, 64, 64], [131, 128, 3], [784, 112, 10], [1031, 48, 17], [1024, 64, 2],
        ]
        from _ in Enumerable.Range(0, 6)
        select widths;

    /// <summary>Every length from 1 to 131, and large ragged ones.</summary>
    internal static IEnumerable<int> Lengths => [.. Enumerable.Range(1, 131), 257, 1000, 1031, 4099];

    /// <summary>
    /// Whether a call takes ten times as long as elsewhere: fused multiply-add is no instruction, or the environment variable
    /// FASTNN_EMULATED says that no instruction is one.
    /// </summary>
    internal static bool IsSlow => s_isEmulated || !(Fma.IsSupported || AdvSimd.IsSupported);

    /// <summary>How many calls a test makes that makes many: a tenth where each is slow.</summary>
    internal static int StressOf(int calls) => IsSlow ? calls / 10 : calls;

    internal static bool SameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        MemoryMarshal.Cast<float, int>(expected).SequenceEqual(MemoryMarshal.Cast<float, int>(actual));

    /// <summary>The bits are the same. Only the bits of a NaN do not count.</summary>
    internal static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        if (SameBits(expected, actual)) return;

        for (int i = 0; i < expected.Length; i++)
        {
            int e = BitConverter.SingleToInt32Bits(expected[i]), a = BitConverter.SingleToInt32Bits(actual[i]);
            if (e != a && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
                Assert.Fail($"{what}: [{i}] is {actual[i]:R} (0x{a:X8}), but the reference has {expected[i]:R} (0x{e:X8}).");
        }
    }

    internal static void AssertSameBits(float expected, float actual, string what) => AssertSameBits([expected], [actual], what);

    /// <summary>Numbers uniform in [low, high).</summary>
    internal static float[] Uniform(int seed, int count, float low = 0f, float high = 1f)
    {
        var random = new Random(seed);
        var values = new float[count];
        foreach (ref float value in values.AsSpan()) value = low + (high - low) * random.NextSingle();
        return values;
    }
}

/// <summary>
/// Guarded buffers at random offsets, filled from a pool of numbers of one kind. The numbers have both signs and random mantissas, and
/// their exponents span a factor of 256, so every sum rounds. Some kinds mix in special values, or values so small that products underflow.
/// </summary>
internal sealed class Supply(Numbers numbers, int seed = 1)
{
    private static readonly ConcurrentDictionary<(Numbers, int), float[]> s_pools = new();

    private readonly Random _random = new(seed);
    private readonly float[] _pool = s_pools.GetOrAdd((numbers, seed), _ => Draw(new Random(seed), numbers, 300_000));

    /// <summary>The next values, each times <paramref name="factor"/> plus <paramref name="shift"/>.</summary>
    internal Guarded Next(int count, float factor = 1f, float shift = 0f)
    {
        float[] values = [.. Values(count)];
        if (factor != 1f || shift != 0f)
            foreach (ref float value in values.AsSpan()) value = value * factor + shift;
        return new Guarded(values, _random.Next(16));
    }

    /// <summary>The next values as a delta: zeros up to a multiple of sixteen.</summary>
    internal Guarded NextDelta(int count) => new(Values(count), _random.Next(16), PadOf(count));

    /// <summary>A buffer to be written, full of sevens.</summary>
    internal Guarded Target(int count, bool padded = false)
    {
        var sevens = new float[count];
        sevens.AsSpan().Fill(7f);
        return new Guarded(sevens, _random.Next(16), padded ? PadOf(count) : 0);
    }

    /// <summary>The next values by themselves.</summary>
    internal ReadOnlySpan<float> Values(int count) => _pool.AsSpan(_random.Next(_pool.Length - count), count);

    private static int PadOf(int count) => (16 - count % 16) % 16;

    private static float[] Draw(Random random, Numbers numbers, int count)
    {
        var pool = new float[count];
        foreach (ref float value in pool.AsSpan())
        {
            value = MathF.ScaleB(1f + random.NextSingle(), -random.Next(1, 9)) * (1 - 2 * random.Next(2));
            value = numbers switch
            {
                Numbers.SignedZeros when random.Next(2) == 0 => value * 0f,
                Numbers.Subnormals when random.Next(2) == 0 => MathF.ScaleB(value, -random.Next(100, 149)),
                Numbers.Infinities when random.Next(50) == 0 => value / 0f,
                Numbers.NaNs when random.Next(50) == 0 => float.NaN,
                _ => value,
            };
        }

        return pool;
    }
}
