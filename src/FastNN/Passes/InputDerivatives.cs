using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>
/// Derivatives of a network's outputs by its inputs, in the user's units. A sample goes by itself, or in a tile with the same bits. The
/// object is immutable, so any number of threads may use it. Their memory is <see cref="ThreadScratch"/>.
/// </summary>
internal sealed unsafe class InputDerivatives
{
    private readonly NetworkPlan _plan;
    private readonly float* _parameters;
    private readonly TrainingPasses _passes;
    private readonly StandardizerKernels _standardizing;
    private readonly int _inputs, _outputs, _tile, _fewestForTile;
    private readonly int _deltas, _ownX, _ownY, _floats; // the memory of one sample; its activations come first
    private readonly int _chunk, _tilesOwnX, _tilesOwnY, _tilesFloats; // the memory of tiles; the scratch of their passes comes first

    internal InputDerivatives(NetworkPlan plan, float* parameters)
    {
        _plan = plan;
        _parameters = parameters;
        _passes = plan.Forward.Under(plan.Functions[^1].UnderGivenGradient());
        _standardizing = plan.Kernels.Standardizing;
        (_inputs, _outputs, _tile) = (plan.Inputs, plan.Outputs, plan.Tile);
        _fewestForTile = plan.Forward.FewestForTile;
        TilesTogether = Routes.TilesTogether(plan.Widest);
        checked
        {
            _deltas = LayerShape.Workspace(plan.Shapes);
            _ownX = _deltas + plan.Shapes[^1].ActivationsEnd;
            _ownY = _ownX + VirtualLanes.RoundUp(_inputs);
            _floats = _ownY + VirtualLanes.RoundUp(_outputs);
            int samples = _tile * TilesTogether;
            _chunk = _passes.DerivativeScratch;
            _tilesOwnX = _chunk + (int)TileChunk.FloatsBeforeDeltas(plan.Shapes, _tile, samples);
            _tilesOwnY = _tilesOwnX + samples * _inputs;
            _tilesFloats = _tilesOwnY + samples * _outputs;
        }
    }

    /// <summary>Tiles that go together, if a batch has as many.</summary>
    internal int TilesTogether { get; }

    internal NetworkPlan Plan => _plan;

    /// <summary>One sample: y·∂outputs/∂x, where y is a gradient by the outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void GradientOfSample(in Units units, float* x, float* y, float* target)
    {
        float* scratch = ForwardSample(in units, x), own = y;
        if (units.Output is { } output)
        {
            own = scratch + _ownY;
            _standardizing.GradientToOwnUnits(output, y, 1, own);
        }

        BackwardSample(in units, own, scratch, target);
    }

    /// <summary>One sample: ∂outputs/∂x, [outputs, inputs].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void JacobianOfSample(in Units units, float* x, float* target)
    {
        float* scratch = ForwardSample(in units, x);
        Span<float> unit = new(scratch + _ownY, _outputs);
        for (int i = 0; i < unit.Length; i++, target += _inputs)
        {
            unit.Clear();
            unit[i] = 1f;
            if (units.Output is { } output) _standardizing.GradientToOwnUnits(output, scratch + _ownY, 1, scratch + _ownY);
            BackwardSample(in units, scratch + _ownY, scratch, target);
        }
    }

    /// <summary>Samples of at most <see cref="TilesTogether"/> tiles. If y is null, the Jacobian is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void OfSamples(in Units units, float* x, float* y, float* target, int samples)
    {
        int rest = samples % _tile;
        if (rest >= _fewestForTile) rest = 0;
        int inTiles = samples - rest;
        if (inTiles > 0) OfTiles(in units, x, y, target, inTiles);
        for (int s = inTiles; s < samples; s++)
        {
            float* at = x + (nint)s * _inputs;
            if (y == null) JacobianOfSample(in units, at, target + (nint)s * _outputs * _inputs);
            else GradientOfSample(in units, at, y + (nint)s * _outputs, target + (nint)s * _inputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OfTiles(in Units units, float* x, float* y, float* target, int samples)
    {
        float* scratch = ThreadScratch.Get(_tilesFloats);
        if (units.Input is { } input)
        {
            _standardizing.ToOwnUnits(input, x, samples, scratch + _tilesOwnX);
            x = scratch + _tilesOwnX;
        }

        if (y != null && units.Output is { } output)
        {
            _standardizing.GradientToOwnUnits(output, y, samples, scratch + _tilesOwnY);
            y = scratch + _tilesOwnY;
        }

        int rest = samples % _tile, full = samples / _tile;
        var chunk = new TileChunk(
            scratch + _chunk, x, _plan.Shapes, _tile, rest == 0 ? _tile : _plan.Kernels.LanesFor(rest), samples);
        if (full > 0) OfTiles(in units, in chunk, 0, full, y, target, scratch);
        if (rest > 0) OfTiles(in units, in chunk, full, 1, y, target, scratch);
    }

    /// <summary>Full tiles of a chunk, or its last tile alone. y and the target start with the first sample of the chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OfTiles(in Units units, in TileChunk chunk, int first, int tiles, float* y, float* target, float* scratch)
    {
        nint from = (nint)first * _tile;
        int rows = Math.Min(tiles * _tile, chunk.Samples - first * _tile);
        if (y != null)
        {
            target += from * _inputs;
            _passes.TileInputGradient(_parameters, y + from * _outputs, in chunk, first, tiles, scratch, target);
        }
        else
        {
            target += from * _outputs * _inputs;
            _passes.TileJacobian(_parameters, in chunk, first, tiles, scratch, units.Output, target);
            rows *= _outputs;
        }

        if (units.Input is { } input) _standardizing.GradientToUserUnits(input, target, rows);
    }

    /// <summary>One sample forward. The result is the scratch memory, with what the way back needs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* ForwardSample(in Units units, float* x)
    {
        float* scratch = ThreadScratch.Get(_floats);
        if (units.Input is { } input)
        {
            _standardizing.ToOwnUnits(input, x, 1, scratch + _ownX);
            x = scratch + _ownX;
        }

        _passes.ForwardKeeping(_parameters, x, scratch);
        return scratch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BackwardSample(in Units units, float* y, float* scratch, float* target)
    {
        _passes.InputGradient(_parameters, y, scratch, scratch + _deltas, target);
        if (units.Input is { } input) _standardizing.GradientToUserUnits(input, target, 1);
    }

    /// <summary>The standardizers of a call; each may be null.</summary>
    internal readonly record struct Units(Standardizer? Input, Standardizer? Output);
}
