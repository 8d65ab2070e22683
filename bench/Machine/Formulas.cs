using System.Collections.Frozen;
using FastNN.Bench.Contests;

namespace FastNN.Bench.Machine;

/// <summary>What the bench knows of an activation: the one table of this project, with a row for each, says a test.</summary>
/// <param name="Multiplications">Fused with an addition or not, for each value, by the library's formula.</param>
/// <param name="Divisions">The same.</param>
/// <param name="Chain">The longest chain of operations. The cheap Min and Max do not count. For softmax it leads through the sum.</param>
/// <param name="Range">Between plus and minus this no value is subnormal, so that errors can be counted in units in the last place.</param>
/// <param name="Gain">
/// The variance that weights need behind it, as a multiple of what they need behind the sigmoid, for the bench's networks.
/// </param>
/// <param name="HasPrimitives"><see cref="TensorPrimitivesKernels"/> can compose it.</param>
internal sealed record ActivationFormula(int Multiplications, int Divisions, Chain Chain, float Range, float Gain, bool HasPrimitives)
{
    private const float Wide = 87f;

    private static readonly FrozenDictionary<Activation, ActivationFormula> s_all = new Dictionary<Activation, ActivationFormula>
    {
        [Activation.Elu] = new(10, 0, new(9, 1, 0), Wide, Gain: 1f, HasPrimitives: false),
        [Activation.Exponential] = new(8, 0, new(7, 1, 0), Wide, Gain: 1f, HasPrimitives: false),
        [Activation.Gelu] = new(19, 0, new(6, 8, 0), Range: 12f, Gain: 1f, HasPrimitives: false),
        [Activation.GeluTanh] = new(19, 1, new(9, 9, 1), Range: 9f, Gain: 1f, HasPrimitives: false),
        [Activation.HardSigmoid] = new(1, 0, new(1, 0, 0), Wide, Gain: 1f, HasPrimitives: false),
        [Activation.HardSwish] = new(2, 0, new(2, 1, 0), Wide, Gain: 1f, HasPrimitives: false),
        [Activation.Identity] = new(0, 0, default, Wide, Gain: 1f, HasPrimitives: true),
        [Activation.LeakyRelu] = new(1, 0, new(0, 1, 0), Wide, Gain: 1f, HasPrimitives: true),
        [Activation.Mish] = new(12, 1, new(11, 2, 1), Range: 80f, Gain: 1f, HasPrimitives: false),
        [Activation.Relu] = new(0, 0, default, Wide, Gain: 2f, HasPrimitives: true),
        [Activation.Selu] = new(10, 0, new(9, 1, 0), Wide, Gain: 1f, HasPrimitives: false),
        [Activation.Sigmoid] = new(7, 1, new(6, 2, 1), Wide, Gain: 1f, HasPrimitives: true),
        [Activation.Silu] = new(8, 1, new(6, 2, 1), Wide, Gain: 1f, HasPrimitives: true),
        [Activation.Softmax] = new(8, 0, new(6, 8, 1), Wide, Gain: 1f, HasPrimitives: true),
        [Activation.Softplus] = new(14, 0, new(11, 3, 0), Wide, Gain: 1f, HasPrimitives: true),
        [Activation.Softsign] = new(0, 1, new(0, 1, 1), Wide, Gain: 0.5f, HasPrimitives: false),
        [Activation.Tanh] = new(8, 1, new(6, 2, 1), Wide, Gain: 0.5f, HasPrimitives: true),
    }.ToFrozenDictionary();

    /// <summary>The activations that have a row.</summary>
    internal static IEnumerable<Activation> Known => s_all.Keys;

    internal static ActivationFormula Of(Activation activation) => s_all[activation];
}

/// <summary>What the bench knows of a cost: a row for each, says a test.</summary>
/// <param name="Gradient">Dependent additions or multiplications to its gradient.</param>
/// <param name="TakesSums">Whether that is the gradient by the sums, so that no slope of an activation comes on top.</param>
internal sealed record CostFormula(int Gradient, bool TakesSums)
{
    private static readonly FrozenDictionary<Cost, CostFormula> s_all = new Dictionary<Cost, CostFormula>
    {
        [Cost.AbsoluteError] = new(1, TakesSums: false),
        [Cost.BinaryCrossEntropy] = new(1, TakesSums: true),
        [Cost.CrossEntropy] = new(1, TakesSums: true),
        [Cost.Poisson] = new(1, TakesSums: true),
        [Cost.SquaredError] = new(2, TakesSums: false),
    }.ToFrozenDictionary();

    /// <summary>The costs that have a row.</summary>
    internal static IEnumerable<Cost> Known => s_all.Keys;

    internal static CostFormula Of(Cost cost) => s_all[cost];
}
