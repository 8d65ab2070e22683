namespace FastNN.Tests.Model;

/// <summary>The same network in the model and in the library.</summary>
internal sealed class Pair
{
    internal Pair(int[] widths, Function[] functions, float[] parameters, KernelVariant kernels)
    {
        Model = new ModelNetwork(widths, functions, [.. parameters]);
        Library = new Network(widths, [.. functions.Select(Of)], seed: 0, kernels: kernels);
        parameters.CopyTo(Library.Parameters);
    }

    internal ModelNetwork Model { get; }

    internal Network Library { get; }

    internal static int Count(int[] widths) => widths.Zip(widths.Skip(1), (inputs, outputs) => (inputs + 1) * outputs).Sum();

    internal static Activation Of(Function f) => f switch
    {
        Function.LeakyReluWithSlope => Activation.LeakyReluWithSlope(0.2f),
        Function.Clip => Activation.Clip(-1, 1),
        Function.EluWithAlpha => Activation.EluWithAlpha(0.7f),
        Function.HardSigmoidWith => Activation.HardSigmoidWith(0.2f, 0.5f),
        _ => Activation.All.Single(activation => activation.Name == $"{f}"),
    };

    internal static Cost Of(CostFunction c) => c switch
    {
        CostFunction.Huber => Cost.Huber(Costs.D),
        CostFunction.Pinball => Cost.Pinball(Costs.Tau),
        CostFunction.BinaryCrossEntropyWithSmoothing => Cost.BinaryCrossEntropyWithSmoothing(Costs.Epsilon),
        CostFunction.CrossEntropyWithSmoothing => Cost.CrossEntropyWithSmoothing(Costs.Epsilon),
        _ => Cost.All.Single(cost => cost.Name == $"{c}"),
    };
}
