using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Plumbing;

namespace FastNN.Passes;

/// <summary>
/// H = JᵀJ of a batch under the squared error, in the network's own units. J has a row for each output of each sample:
/// <code>√weight·∂a_i/∂w for each parameter w, and then the residual √weight·(a_i − y_i)</code>
/// So the last row of H is Jᵀr. A row has the bits of its sample alone: the sample goes forward once, and for each output it goes backward
/// from the gradient that is √weight for this output, and 0 for the others. Threads share the samples of a segment
/// (<see cref="GramSegments"/>), and then the rows of H.
/// </summary>
internal sealed unsafe class NormalEquations : ParallelWork
{
    /// <summary>Samples and rows of H that a thread takes at a time, if there are several threads.</summary>
    private const int SamplesOfItem = 16, RowsOfItem = 64;

    private readonly NetworkPlan _plan;
    private readonly float* _parameters;
    private readonly int _threads, _inputs, _outputs, _columns, _stride;
    private readonly int _deltas, _ownX, _ownY, _unit, _row, _floats; // the memory of a thread; its activations come first
    private TrainingPasses? _passes;
    private AlignedBuffer? _h, _panels;
    private PassBatch _batch;
    private Standardizer? _input, _output;
    private CancellationToken _cancellation;
    private long _first; // the first row of the segment
    private int _rows; // of the segment
    private bool _sums; // the second half of a segment

    internal NormalEquations(NetworkPlan plan, float* parameters, int threads)
    {
        (_plan, _threads) = (plan, threads);
        _parameters = parameters;
        (_inputs, _outputs, _columns) = (plan.Inputs, plan.Outputs, plan.Parameters + 1);
        _stride = VirtualLanes.RoundUp(_columns);
        checked
        {
            _deltas = LayerShape.Workspace(plan.Shapes);
            _ownX = _deltas + plan.Shapes[^1].ActivationsEnd;
            _ownY = _ownX + VirtualLanes.RoundUp(_inputs);
            _unit = _ownY + VirtualLanes.RoundUp(_outputs);
            _row = _unit + VirtualLanes.RoundUp(_outputs);
            _floats = _row + VirtualLanes.RoundUp(_columns);
        }
    }

    /// <summary>H, [parameters + 1, parameters + 1], its lower triangle.</summary>
    internal double* H => (double*)_h!.Pointer;

    /// <summary>Numbers from row to row of H.</summary>
    internal int Stride => _stride;

    /// <summary>Jᵀr, the last row of H.</summary>
    internal double* Residuals => H + (nint)_plan.Parameters * _stride;

    /// <summary>Computes H at the present parameters. The first call and those with more samples allocate memory.</summary>
    /// <param name="batch">The samples, as for <see cref="TrainingBatch"/>.</param>
    /// <param name="input">The input standardizer of the network, or null.</param>
    /// <param name="output">The same for the outputs.</param>
    /// <param name="cancellation">Checked between parts of the work.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Compute(in PassBatch batch, Standardizer? input, Standardizer? output, CancellationToken cancellation)
    {
        long rows = (long)batch.Samples * _outputs;
        Begin((int)Math.Min(rows, GramSegments.Rows));
        (_batch, _cancellation) = (batch, cancellation);
        (_input, _output) = (batch.Samples > 1 ? input : null, output); // one sample is in own units
        try
        {
            for (_first = 0; _first < rows; _first += _rows)
            {
                _rows = (int)Math.Min(rows - _first, GramSegments.Rows);
                _sums = false;
                Run(Parts.Of((int)(EndOfSamples - FirstSample), SamplesOfItem), _threads);
                _cancellation.ThrowIfCancellationRequested();
                _sums = true;
                Run(Parts.Of(_columns, RowsTogether), _threads);
                _cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            (_batch, _cancellation) = (default, default);
        }
    }

    /// <summary>The first sample of the segment, and the one after the last. A sample may be in two segments.</summary>
    private long FirstSample => _first / _outputs;

    private long EndOfSamples => (_first + _rows - 1) / _outputs + 1;

    private int RowsTogether => _threads == 1 ? _columns : RowsOfItem;

    private void Begin(int rowsOfSegment)
    {
        _passes ??= _plan.Forward.Under(_plan.Functions[^1].UnderGivenGradient());
        _h ??= new AlignedBuffer(checked(2 * _columns * _stride));
        int floats = checked((int)_plan.Kernels.GramFloats(_columns, Math.Max(rowsOfSegment, 1)));
        if (_panels == null || _panels.Length < floats) _panels = new AlignedBuffer(floats);
        for (int j = 0; j < _columns; j++) new Span<double>(H + (nint)j * _stride, j + 1).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunItem(int item)
    {
        if (_cancellation.IsCancellationRequested) return;

        if (_sums)
        {
            int from = item * RowsTogether;
            _plan.Kernels.AddGram(_panels!.Pointer, _rows, from, Math.Min(from + RowsTogether, _columns), H, _stride);
        }
        else
        {
            long from = FirstSample + item * SamplesOfItem, to = Math.Min(from + SamplesOfItem, EndOfSamples);
            float* scratch = ThreadScratch.Get(_floats);
            new Span<float>(scratch + _deltas, _ownX - _deltas).Clear(); // deltas are padded with zeros, and stay so
            for (; from < to; from++) RowsOf((int)from, scratch);
        }
    }

    /// <summary>The rows of a sample that are in the segment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RowsOf(int sample, float* scratch)
    {
        float* x = _batch.X + (nint)sample * _inputs, y = _batch.Y + (nint)sample * _outputs, target = y;
        if (_input is { } input)
        {
            _plan.Kernels.Standardizing.ToOwnUnits(input, x, 1, scratch + _ownX);
            x = scratch + _ownX;
        }

        if (_output is { } output)
        {
            target = scratch + _ownY;
            _plan.Kernels.Standardizing.ToOwnUnits(output, y, 1, target);
        }

        _passes!.ForwardKeeping(_parameters, x, 0, 1, scratch, 0);
        float* a = scratch + _plan.Shapes[^1].Activations;
        long row = (long)sample * _outputs - _first; // of the first output
        int begin = (int)Math.Max(0, -row), end = (int)Math.Min(_outputs, _rows - row);
        for (int i = begin; i < end; i++)
        {
            RowOf(i, RootOfWeight(y, i), x, a[i] - target[i], scratch);
            _plan.Kernels.PackGramRow(scratch + _row, _columns, _panels!.Pointer, (int)row + i, _rows);
        }
    }

    /// <summary>A row of J. If the weight is 0, so is the row, whatever the numbers of the output are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RowOf(int i, float root, float* x, float residual, float* scratch)
    {
        float* row = scratch + _row, unit = scratch + _unit;
        if (root == 0f)
        {
            new Span<float>(row, _columns).Clear();
            return;
        }

        new Span<float>(unit, _outputs).Clear();
        unit[i] = root;
        _passes!.ParameterGradient(_parameters, x, unit, scratch, scratch + _deltas, row);
        row[_columns - 1] = root * residual;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float RootOfWeight(float* y, int i)
    {
        if (_batch.Passes.Weighted is not { } weighted) return 1f;

        float* weights = weighted.WeightsOf(y, _outputs);
        return MathF.Sqrt(weights[weighted.PerSample > 1 ? i : 0]);
    }
}
