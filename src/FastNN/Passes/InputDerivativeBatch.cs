using System.Runtime.CompilerServices;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Passes;

/// <summary><see cref="InputDerivatives"/> for a batch, on one thread or several.</summary>
internal sealed unsafe class InputDerivativeBatch : ParallelWork
{
    [ThreadStatic]
    private static InputDerivativeBatch? t_work;

    private InputDerivatives? _derivatives;
    private InputDerivatives.Units _units;
    private float* _x, _y, _target;
    private int _batch, _samples;

    /// <summary>All samples. If y is null, the Jacobian is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(
        InputDerivatives derivatives, in InputDerivatives.Units units, float* x, float* y, float* target, int batch, int threads)
    {
        InputDerivativeBatch work = t_work ??= new InputDerivativeBatch();
        int tile = derivatives.Plan.Tile;
        work._derivatives = derivatives;
        work._units = units;
        work._x = x;
        work._y = y;
        work._target = target;
        work._batch = batch;
        work._samples = tile * Routes.ShareOfTiles(derivatives.TilesTogether, Parts.Of(batch, tile), threads);
        try
        {
            work.Run(Parts.Of(batch, work._samples), threads);
        }
        finally
        {
            work._derivatives = null;
            work._units = default;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunItem(int item)
    {
        InputDerivatives derivatives = _derivatives!;
        nint first = (nint)item * _samples, inputs = derivatives.Plan.Inputs, outputs = derivatives.Plan.Outputs;
        float* y = _y == null ? null : _y + first * outputs;
        nint row = _y == null ? outputs * inputs : inputs;
        derivatives.OfSamples(in _units, _x + first * inputs, y, _target + first * row, (int)nint.Min(_samples, _batch - first));
    }
}
