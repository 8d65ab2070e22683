using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>What the passes know of a network: where the numbers of each layer are, and the kernels of its function. Immutable.</summary>
internal sealed class NetworkPlan
{
    /// <exception cref="ArgumentException">
    /// There are fewer than two widths, or one is less than 1. Or the parameters exceed what an array holds. Or there is not one activation
    /// for each layer. Or an activation that is not elementwise is not that of the last layer.
    /// </exception>
    /// <exception cref="InvalidOperationException">An environment variable that sets caches or routes has a fault.</exception>
    internal NetworkPlan(ReadOnlySpan<int> widths, ReadOnlySpan<Activation> activations, KernelSet kernels)
    {
        Machine.Check();
        CheckWidths(widths);
        CheckActivations(activations, widths.Length - 1);
        var keepsSlope = new bool[activations.Length];
        Functions = new ActivationKernels[activations.Length];
        for (int l = 0; l < activations.Length; l++)
        {
            keepsSlope[l] = activations[l].KeepsSlope;
            Functions[l] = kernels.Of(activations[l]);
        }

        bool firstInRows = Routes.FirstLayerInRows(widths[0], widths[1], Machine.Here);
        Shapes = LayerShape.LayOut(widths, keepsSlope, firstInRows, AlignedBuffer.MaxLength);
        Inputs = widths[0];
        Outputs = widths[^1];
        Widest = LayerShape.Widest(Shapes);
        Kernels = kernels;
        Tile = kernels.Tile;
        PackedAt = PlacePacked(Shapes, kernels, out int packedFloats);
        PackedFloats = packedFloats;
        Forward = kernels.GiveTo(new Factory(this, [.. activations]));
    }

    /// <summary>The offset of a layer without packed weights.</summary>
    internal const int NotPacked = -1;

    internal LayerShape[] Shapes { get; }

    /// <summary>For each layer, the kernels that end in its activation.</summary>
    internal ActivationKernels[] Functions { get; }

    internal KernelSet Kernels { get; }

    /// <summary>Samples in a full tile.</summary>
    internal int Tile { get; }

    /// <summary>The forward passes. <see cref="ForwardPasses.Under"/> has those of training.</summary>
    internal ForwardPasses Forward { get; }

    /// <summary>For each layer, the offset of its packed weights, or <see cref="NotPacked"/>.</summary>
    internal int[] PackedAt { get; }

    /// <summary>Floats of all packed weights. 0 if no layer is packed.</summary>
    internal int PackedFloats { get; }

    internal int Inputs { get; }

    internal int Outputs { get; }

    internal int Parameters => Shapes[^1].ParametersEnd;

    /// <summary>The most neurons in a layer. The inputs count as a layer.</summary>
    internal int Widest { get; }

    /// <summary>
    /// Chooses the layers that a served network packs, and gives each a place. Each place starts a cache line. A layer for which the buffer
    /// has no room is not packed.
    /// </summary>
    private static int[] PlacePacked(LayerShape[] shapes, KernelSet kernels, out int floats)
    {
        var places = new int[shapes.Length];
        floats = 0;
        for (int l = 0; l < shapes.Length; l++)
        {
            places[l] = NotPacked;
            if (!Routes.Packs(shapes[l].Inputs, shapes[l].Outputs, kernels.Tile / 2, Machine.Here)) continue;

            long end = floats + ((kernels.PackedFloats(shapes[l].Inputs, shapes[l].Outputs) + Caches.LineFloats - 1) & -Caches.LineFloats);
            if (end > AlignedBuffer.MaxLength) continue;

            places[l] = floats;
            floats = (int)end;
        }

        return places;
    }

    private static void CheckWidths(ReadOnlySpan<int> widths)
    {
        if (widths.Length < 2)
        {
            throw new ArgumentException(
                $"widths must name at least two layers, the inputs and the outputs, but has {widths.Length} elements.", nameof(widths));
        }

        for (int l = 0; l < widths.Length; l++)
        {
            if (widths[l] >= 1) continue;

            throw new ArgumentOutOfRangeException(nameof(widths), widths[l], $"widths[{l}] must be at least 1, but is {widths[l]}.");
        }
    }

    private static void CheckActivations(ReadOnlySpan<Activation> activations, int layers)
    {
        if (activations.Length != layers)
        {
            throw new ArgumentException(
                $"activations must hold one for each of the {layers} layers behind the inputs, but has a length of {activations.Length}.",
                nameof(activations));
        }

        for (int l = 0; l < layers; l++)
        {
            if (activations[l] is null)
                throw new ArgumentNullException(nameof(activations), $"activations[{l}] must be an activation, but is null.");
            if (!activations[l].IsElementwise && l < layers - 1)
            {
                throw new ArgumentException(
                    $"activations[{l}] is {activations[l]}, which couples the neurons of a layer and must be that of the last, "
                    + $"{layers - 1}.",
                    nameof(activations));
            }
        }
    }

    /// <summary>Creates the passes for the primitives of a variant: those for tiny networks, if the network is one.</summary>
    private sealed class Factory(NetworkPlan plan, Activation[] activations) : IKernelUser<ForwardPasses>
    {
        public ForwardPasses Take<K, T>()
            where K : struct, IKernels
            where T : struct, ITileKernels =>
            plan.Kernels.Variant != KernelVariant.Scalar && TinyNetwork.Suits(plan.Shapes, activations)
                ? new TinyForwardPasses<K, T>(plan)
                : new ForwardPasses<K, T>(plan, plan.Functions);
    }
}
