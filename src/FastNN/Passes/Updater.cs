using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN.Passes;

/// <summary>
/// The updates of one trainer, for an optimizer that needs the gradient in memory. An update begins with <see cref="Begin"/> and the
/// <see cref="NextTerms"/>. If the norm is limited, <see cref="Limit"/> follows once the gradient is complete. Then every row of every
/// layer is updated once, on any threads.
/// </summary>
internal sealed unsafe class Updater(NetworkPlan plan, float* parameters, Optimizer optimizer, OptimizerState state)
{
    private const int BlockFloats = 4096, Fours = 4, Sixes = 6; // kernels for one sample take four rows together, those for batches six
    private readonly UpdateKernel _kernel = optimizer.KernelFrom(plan.Kernels);
    private readonly float* _first = state.Pointer(0), _second = state.Pointer(1);
    private UpdateTerms _weights, _biases;

    /// <summary>
    /// Memory for the gradient of one block of rows, if one thread may update them at once. The block stays in L1, and 784-128-10 needs 0.4
    /// MB less of the caches.
    /// </summary>
    internal AlignedBuffer Block { get; } = new(MostInBlock(plan.Shapes));

    /// <summary>Whether no row may be updated before the gradient is complete, because its norm is limited.</summary>
    internal bool LimitsNorm { get; } = optimizer.ClipNorm < float.PositiveInfinity;

    /// <summary>Whether the next updates look if they leave all numbers finite.</summary>
    internal bool LooksForInfinities { get; set; }

    /// <summary>Whether the last update left all parameters and states finite, if it looked.</summary>
    internal bool LeftAllFinite { get; private set; }

    /// <summary>The numbers of the next update. If anything throws, it throws here, and nothing has changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal UpdateTerms NextTerms() => optimizer.TermsAt(state.Steps);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Begin(in UpdateTerms terms)
    {
        _weights = terms;
        _biases = terms.WithoutDecay;
        LeftAllFinite = true;
    }

    /// <summary>If the norm of the gradient is limited: the factor of the gradient that follows from the norm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Limit(float* gradient)
    {
        if (!LimitsNorm) return;

        double least = (double)optimizer.ClipNorm * optimizer.ClipNorm; // smaller squares of the norm change nothing
        double norm = Math.Sqrt(plan.Kernels.SumOfSquares(gradient, plan.Parameters, optimizer.ClipValue, least));
        if (norm > optimizer.ClipNorm) Begin(_weights with { Scale = (float)(optimizer.ClipNorm / norm) });
    }

    /// <summary>
    /// Whether the norm of a sample's gradient may be too large. If the delta of the outputs is 0, it is 0, or NaN if parameters are
    /// infinite, and neither is limited.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool MayLimit(float* deltas)
    {
        ref readonly LayerShape last = ref plan.Shapes[^1];
        return LimitsNorm && new ReadOnlySpan<float>(deltas + last.Activations, last.Outputs).ContainsAnyExcept(0f);
    }

    /// <summary>Updates rows from..to of a layer's W by their gradient, which starts at g. The biases are the last row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void UpdateRows(in LayerShape layer, int from, int to, float* g)
    {
        int weights = _weights.Decays ? Math.Min(to, layer.Inputs) : to;
        if (from < weights) Update(layer.Weights + from * layer.Outputs, g, (weights - from) * layer.Outputs, in _weights);
        if (to > weights) Update(layer.Biases, g + (nint)(layer.Inputs - from) * layer.Outputs, layer.Outputs, in _biases);
    }

    /// <summary>
    /// One sample backward through all layers, from the delta of the outputs. Each block of rows first gets its gradient and its part of
    /// δ⁻, and then its update. With Adam a step of 784-128-10 is 1.3 times as fast as through the whole gradient, and with <c>Momentum</c>
    /// 1.7 times.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void BackwardUpdate(float* x, float* activations, float* deltas)
    {
        LayerShape[] layers = plan.Shapes;
        for (int l = layers.Length - 1; l >= 0; l--)
        {
            bool first = l == 0;
            ref readonly LayerShape layer = ref layers[l], before = ref layers[first ? 0 : l - 1]; // the first layer passes nothing on
            float* w = parameters + layer.Weights, g = Block.Pointer, a = first ? x : activations + before.Activations;
            float* kept = activations + before.Kept, delta = deltas + layer.Activations, inputDelta = deltas + before.Activations;
            int block = Math.Max((BlockFloats / layer.Outputs - 1) / Fours, 1) * Fours; // rows, and the biases are one more
            for (int from = 0; from < layer.Inputs; from += block)
            {
                int rows = Math.Min(block, layer.Inputs - from), to = from + rows;
                float* gb = g + (nint)rows * layer.Outputs; // only the biases behind the last rows count
                plan.Functions[first ? 0 : l - 1].BackwardGradient(
                    w + (nint)from * layer.Outputs, g, gb, a + from, kept + from, rows, delta, layer.Outputs,
                    first ? null : inputDelta + from);
                UpdateRows(in layer, from, to == layer.Inputs ? to + 1 : to, g);
            }
        }
    }

    /// <summary>Updates all parameters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void UpdateAll(float* gradient)
    {
        foreach (ref readonly LayerShape layer in plan.Shapes.AsSpan())
            UpdateRows(in layer, 0, layer.Inputs + 1, gradient + layer.Weights);
    }

    /// <summary>The rows of a layer's gradient over a batch that fit a block.</summary>
    internal static int RowsInBlock(in LayerShape layer) => Math.Max(BlockFloats / layer.Outputs / Sixes, 1) * Sixes;

    /// <summary>The most floats in a block.</summary>
    private static int MostInBlock(LayerShape[] layers)
    {
        long most = 0;
        foreach (ref readonly LayerShape layer in layers.AsSpan())
            most = Math.Max(most, Math.Min(Math.Max(BlockFloats, Sixes * (long)layer.Outputs), (layer.Inputs + 1L) * layer.Outputs));
        return checked((int)most);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(int start, float* g, int count, in UpdateTerms terms)
    {
        if (LooksForInfinities) UpdateAndLook(start, g, count, in terms);
        else _kernel.Update(parameters + start, g, At(_first, start), At(_second, start), count, in terms);
    }

    /// <summary>
    /// Looks at each block while it is in the cache. To read all again later would take as long as a memory allows. In the kernel itself it
    /// took Adam 3 % of a step of 17-33-9-5, even when nobody asked for it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UpdateAndLook(int start, float* g, int count, in UpdateTerms terms)
    {
        for (int done = 0, block; done < count; done += block)
        {
            block = Math.Min(BlockFloats / 2, count - done); // up to four arrays
            int at = start + done;
            float* w = parameters + at, first = At(_first, at), second = At(_second, at);
            _kernel.Update(w, g + done, first, second, block, in terms);
            if (!AreFinite(w, block) || !AreFinite(first, block) || !AreFinite(second, block))
                LeftAllFinite = false; // several threads may write it, and all write the same
        }
    }

    private static bool AreFinite(float* numbers, int count) => numbers == null || AlignedBuffer.AreFinite(numbers, count);

    private static float* At(float* state, int start) => state == null ? null : state + start;
}
