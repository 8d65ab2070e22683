using System.Collections.Frozen;
using System.Numerics.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace FastNN.Bench.Peers;

/// <summary>
/// What the peers make of an activation: the one table of this project. A peer that does not have it has null, and a run with it then fails
/// loudly. <c>--validate</c> says if a row is missing.
/// </summary>
/// <param name="Apply">z ← f(z), composed of the calls of System.Numerics.Tensors.</param>
/// <param name="MultiplyBySlope">
/// d ← −d·f′ from a = f(z), composed in the same way. Softmax has none: there cross-entropy gives the gradient.
/// </param>
/// <param name="Libtorch">Its module; none where nothing follows the layer.</param>
/// <param name="Fann">Its number and steepness: FANN computes σ(2·steepness·z), tanh(steepness·z) and steepness·z.</param>
internal sealed record ActivationForms(
    ActivationForms.Function? Apply, ActivationForms.Slope? MultiplyBySlope, Func<nn.Module<Tensor, Tensor>[]>? Libtorch, string? Fann)
{
    /// <summary>No peer is raced with it.</summary>
    private static readonly ActivationForms s_notRaced = new(null, null, null, null);

    private static readonly FrozenDictionary<Activation, ActivationForms> s_all = new Dictionary<Activation, ActivationForms>
    {
        [Activation.Elu] = s_notRaced,
        [Activation.Exponential] = s_notRaced,
        [Activation.Gelu] = s_notRaced,
        [Activation.GeluTanh] = s_notRaced,
        [Activation.HardSigmoid] = s_notRaced,
        [Activation.HardSwish] = s_notRaced,
        [Activation.Identity] = new(_ => { }, (d, _, _) => TensorPrimitives.Multiply(d, -1f, d), () => [], "0, 1"),
        [Activation.LeakyRelu] = s_notRaced,
        [Activation.Mish] = s_notRaced,
        [Activation.Relu] = new(z => TensorPrimitives.Max(z, 0f, z), MultiplyByStep, () => [nn.ReLU()], null),
        [Activation.Selu] = s_notRaced,
        [Activation.Sigmoid] = new(z => TensorPrimitives.Sigmoid<float>(z, z), MultiplyBySigmoidSlope, () => [nn.Sigmoid()], "3, 0.5"),
        [Activation.Silu] = s_notRaced,

        // SoftMax takes exponentials without subtracting the largest sum, which is good enough here. A classifier of libtorch learns from
        // its logits.
        [Activation.Softmax] = new(z => TensorPrimitives.SoftMax<float>(z, z), null, () => [], null),
        [Activation.Softplus] = s_notRaced,
        [Activation.Softsign] = s_notRaced,
        [Activation.Tanh] = new(z => TensorPrimitives.Tanh<float>(z, z), MultiplyByTanhSlope, () => [nn.Tanh()], "5, 1"),
    }.ToFrozenDictionary();

    internal delegate void Function(Span<float> z);

    internal delegate void Slope(Span<float> d, ReadOnlySpan<float> a, Span<float> room);

    internal static ActivationForms Of(Activation activation) => s_all[activation];

    /// <summary>The activations and costs without a row.</summary>
    internal static IEnumerable<object> Missing =>
        [.. Activation.All.Where(activation => !s_all.ContainsKey(activation)), .. Cost.All.Where(cost => !CostForms.Has(cost))];

    /// <summary>A form that a peer must have for what it is raced with.</summary>
    internal static T Required<T>(T? form, object what)
        where T : class => form ?? throw new NotSupportedException($"Nothing was composed for {what}.");

    /// <summary>1 − a, times a.</summary>
    private static void MultiplyBySigmoidSlope(Span<float> d, ReadOnlySpan<float> a, Span<float> room)
    {
        TensorPrimitives.Multiply(d, a, d);
        TensorPrimitives.AddMultiply(a, -1f, d, d);
    }

    /// <summary>(1 − a)·(1 + a).</summary>
    private static void MultiplyByTanhSlope(Span<float> d, ReadOnlySpan<float> a, Span<float> room)
    {
        TensorPrimitives.AddMultiply(a, 1f, d, d);
        TensorPrimitives.AddMultiply(a, -1f, d, d);
    }

    /// <summary>0 or 1, min(a, 1) rounded up.</summary>
    private static void MultiplyByStep(Span<float> d, ReadOnlySpan<float> a, Span<float> room)
    {
        TensorPrimitives.Min(a, 1f, room);
        TensorPrimitives.Ceiling<float>(room, room);
        TensorPrimitives.Multiply(d, -1f, d);
        TensorPrimitives.Multiply(d, room, d);
    }
}

/// <summary>What the peers make of a cost; null as for activations.</summary>
/// <param name="Gradient">From a and y: ∂C/∂z of a cost that takes the sums, otherwise −∂C/∂a, which the slope's −1 turns.</param>
/// <param name="TakesSums">Whether the gradient is that by the sums, and libtorch's cost one of logits and the numbers of classes.</param>
/// <param name="Libtorch">Its mean over the batch.</param>
internal sealed record CostForms(CostForms.Difference? Gradient, bool TakesSums, Func<Tensor, Tensor, Tensor>? Libtorch)
{
    private static readonly FrozenDictionary<Cost, CostForms> s_all = new Dictionary<Cost, CostForms>
    {
        [Cost.AbsoluteError] = new(null, TakesSums: false, null),
        [Cost.BinaryCrossEntropy] = new(null, TakesSums: true, null),
        [Cost.CrossEntropy] = new(
            (a, y, d) => TensorPrimitives.Subtract(a, y, d), TakesSums: true, (a, y) => nn.functional.cross_entropy(a, y)),
        [Cost.Poisson] = new(null, TakesSums: true, null),
        [Cost.SquaredError] = new(TwiceTheError, TakesSums: false, (a, y) => nn.functional.mse_loss(a, y)),
    }.ToFrozenDictionary();

    internal delegate void Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> y, Span<float> d);

    internal static CostForms Of(Cost cost) => s_all[cost];

    internal static bool Has(Cost cost) => s_all.ContainsKey(cost);

    private static void TwiceTheError(ReadOnlySpan<float> a, ReadOnlySpan<float> y, Span<float> d)
    {
        TensorPrimitives.Subtract(y, a, d);
        TensorPrimitives.Multiply(d, 2f, d);
    }
}
