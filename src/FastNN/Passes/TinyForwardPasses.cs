using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Simd;
using V = System.Runtime.Intrinsics.Vector128<float>;

namespace FastNN.Passes;

/// <summary>The ways forward through a <see cref="TinyNetwork"/>.</summary>
/// <remarks>
/// Passes of a sample are not inlined. The JIT would do that if a profile shows no other passes. Then, in some processes, it takes
/// registers to memory and back: a step takes 80 ns instead of 59.
/// </remarks>
internal sealed unsafe class TinyForwardPasses<K, T> : ForwardPasses<K, T>
    where K : struct, IKernels
    where T : struct, ITileKernels
{
    private readonly LayerShape[] _layers;

    internal TinyForwardPasses(NetworkPlan plan)
        : base(plan, plan.Functions)
    {
        _layers = plan.Shapes;
        Scratch = 0;
        FewestForTile = 4;

        // With eight tiles no layer waits for the one before, and activations stay in L1: 1024 samples of 2-4-3-2 take 0.65 of the time
        // they take one by one.
        TilesTogether = 8;
        BatchScratch = (InputRows + _layers[^1].Outputs) * T.Tile * TilesTogether;
    }

    internal override bool IsTiny => true;

    /// <summary>Rows of the inputs of all layers together.</summary>
    private int InputRows => _layers[^1].OnesRow;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(float* parameters, float* x, float* activations, float* y, int writable)
    {
        LayerShape[] layers = _layers; // once: the JIT would look again for null
        V a = TinyNetwork.LoadInput(layers, x);
        foreach (ref readonly LayerShape layer in layers.AsSpan()) a = TinyNetwork.Forward(in layer, parameters, a);
        Simd128.StoreFirst(a, y, layers[^1].Outputs);
    }

    /// <summary>The last layer is a sigmoid, so there is no standardizer behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardInUserUnits(
        float* parameters, float* x, float* scratch, float* y, Standardizer? input, Standardizer? output)
    {
        K.StandardizeRows<ToOwnUnits>(
            x, Plan.Inputs, input!.MeanPointer, input.FactorPointer, input.Period, scratch, VirtualLanes.RoundUp(Plan.Inputs));
        Forward(parameters, scratch, null, y, Plan.Outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardFew(float* parameters, float* packed, float* x, float* y, int samples, float* scratch)
    {
        int inputs = _layers[0].Inputs, outputs = _layers[^1].Outputs;
        for (; samples > 0; samples--, x += inputs, y += outputs) Forward(parameters, x, null, y, outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ForwardTiles(float* parameters, float* packed, float* x, float* y, int tiles, int samples, float* scratch)
    {
        LayerShape[] layers = _layers;
        int lanes = tiles * T.LanesFor(samples), inputs = layers[0].Inputs, outputs = layers[^1].Outputs;
        samples *= tiles;
        float* output = scratch + InputRows * lanes;
        T.Transpose(x, inputs, samples, inputs, scratch, lanes);
        for (int l = 0; l < layers.Length; l++)
        {
            ref readonly LayerShape layer = ref layers[l];
            float* z = l + 1 < layers.Length ? scratch + layers[l + 1].InputRows * lanes : output;
            T.TileTinyForward(in layer, parameters, scratch + layer.InputRows * lanes, z, lanes);
            K.Activate<Sigmoid>(z, z, layer.Outputs * lanes);
        }

        T.Transpose(output, lanes, outputs, samples, y, outputs);
    }

    /// <summary>Under squared error one sample stays in registers too. Under another cost it goes the general way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override TrainingPasses Under(OutputKernels output) =>
        output is OutputKernels<K, T, Sigmoid, SquaredError>
            ? new TinyTrainingPasses<K, T>(Plan, output)
            : new TrainingPasses<K, T>(Plan, output, tiny: true);
}
