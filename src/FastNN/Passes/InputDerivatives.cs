using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary>
/// Derivatives of a network's outputs by its inputs, in the user's units. A few samples go one beside the other, many in tiles, with the
/// same bits. The object is immutable, so any number of threads may use it. Their memory is <see cref="ThreadScratch"/>.
/// </summary>
internal sealed unsafe class InputDerivatives
{
    private readonly NetworkPlan _plan;
    private readonly float* _parameters;
    private readonly TrainingPasses _passes;
    private readonly StandardizerKernels _standardizing;
    private readonly int _inputs, _outputs, _tile, _fewestForTile;
    private readonly int _deltas, _ownX, _ownY, _floats; // the workspace of one sample; its activations come first
    private readonly int _chunk, _tilesOwnX, _tilesOwnY, _tilesFloats; // the memory of tiles; the scratch of their passes comes first

    internal InputDerivatives(NetworkPlan plan, float* parameters)
    {
        _plan = plan;
        _parameters = parameters;
        _passes = plan.Forward.Under(plan.Functions[^1].UnderGivenGradient());
        _standardizing = plan.Kernels.Standardizing;
        (_inputs, _outputs, _tile) = (plan.Inputs, plan.Outputs, plan.Tile);
        _fewestForTile = Routes.FewestForDerivatives(plan.Forward.FewestForTile, _tile);
        TilesTogether = Routes.TilesTogether(plan.Widest);
        checked
        {
            _deltas = LayerShape.Workspace(plan.Shapes);
            _ownX = _deltas + plan.Shapes[^1].ActivationsEnd;
            _ownY = _ownX + VirtualLanes.RoundUp(_inputs);
            _floats = _ownY + VirtualLanes.RoundUp(_outputs);
            _ = _fewestForTile * _floats; // the workspaces of the few
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

    /// <summary>
    /// For samples of at most <see cref="TilesTogether"/> tiles: y·∂outputs/∂x, where y are gradients by the outputs. If y is null, the
    /// Jacobian is wanted.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void OfSamples(in Units units, float* x, float* y, float* target, int samples)
    {
        int inTiles = Routes.DerivativesInTiles(samples, _tile, _fewestForTile);
        if (inTiles > 0) OfTiles(in units, x, y, target, inTiles);
        if (inTiles == samples) return;

        OfFew(
            in units, x + (nint)inTiles * _inputs, y == null ? null : y + (nint)inTiles * _outputs,
            target + (nint)inTiles * _inputs * (y == null ? _outputs : 1), samples - inTiles);
    }

    /// <summary>The same for samples that are too few for tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void OfFew(in Units units, float* x, float* y, float* target, int samples)
    {
        float* scratch = ThreadScratch.Get(samples * _floats);
        nint stride = _inputs;
        if (units.Input is { } input)
        {
            for (int s = 0; s < samples; s++) _standardizing.ToOwnUnits(input, x + s * stride, 1, scratch + s * (nint)_floats + _ownX);
            x = scratch + _ownX;
            stride = _floats;
        }

        _passes.ForwardKeeping(_parameters, x, stride, samples, scratch, _floats);
        if (y == null) JacobianOfFew(in units, scratch, target, samples);
        else GradientOfFew(in units, y, scratch, target, samples);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GradientOfFew(in Units units, float* y, float* scratch, float* target, int samples)
    {
        nint stride = _outputs;
        if (units.Output is { } output)
        {
            for (int s = 0; s < samples; s++)
                _standardizing.GradientToOwnUnits(output, y + s * stride, 1, scratch + s * (nint)_floats + _ownY);
            y = scratch + _ownY;
            stride = _floats;
        }

        _passes.InputGradient(_parameters, y, stride, samples, scratch, scratch + _deltas, _floats, target, _inputs);
        if (units.Input is { } input) _standardizing.GradientToUserUnits(input, target, samples);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void JacobianOfFew(in Units units, float* scratch, float* target, int samples)
    {
        float* unit = scratch + _ownY; // of the first sample; the others have the same
        for (int i = 0; i < _outputs; i++)
        {
            new Span<float>(unit, _outputs).Clear();
            unit[i] = 1f;
            if (units.Output is { } output) _standardizing.GradientToOwnUnits(output, unit, 1, unit);
            _passes.InputGradient(
                _parameters, unit, 0, samples, scratch, scratch + _deltas, _floats, target + i * (nint)_inputs,
                (nint)_outputs * _inputs);
        }

        if (units.Input is { } input) _standardizing.GradientToUserUnits(input, target, samples * _outputs);
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

    /// <summary>The standardizers of a call; each may be null.</summary>
    internal readonly record struct Units(Standardizer? Input, Standardizer? Output);
}
