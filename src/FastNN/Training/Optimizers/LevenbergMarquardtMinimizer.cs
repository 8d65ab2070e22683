using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN.Optimizers;

/// <summary>
/// Nielsen's algorithm. <see cref="LevenbergMarquardt"/> has the formulas. All sums over the parameters are in double precision, in
/// ascending order. The step is in double precision, too: a trial is float(w + rate·d).
/// </summary>
/// <remarks>
/// <para>
/// μ is at least 2⁻²⁴ of the largest A_kk. The rounding errors of JᵀJ are as large. 1-15-1 on a smooth function came to 10⁻⁷ in 400 passes
/// with any limit from 2⁻²⁰ to 2⁻⁴⁰, but to 2·10⁻⁶ with 2⁻¹⁶.
/// </para>
/// <para>
/// Near the end of a training F rises and falls by rounding (<see cref="LineSearch"/>), so the rule may refuse a step that would help. The
/// next trials are shorter, and one of them is mostly taken. So the approximate conditions that <see cref="Lbfgs"/> needs are not needed
/// here: 1-15-1 came to 10⁻⁸. F always falls, so no training wanders for ever. The end came at the same costs with a least promise from
/// 2⁻¹² to 2⁻³⁰.
/// </para>
/// </remarks>
internal sealed unsafe class LevenbergMarquardtMinimizer(LevenbergMarquardt optimizer, Network network, OptimizerState state, int threads)
    : Minimizer
{
    private const double LeastDamping = 1.0 / (1 << 24), LeastPromise = 1.0 / (1 << 22);

    private readonly NetworkPlan _plan = network.Plan;
    private readonly int _count = network.Plan.Parameters;
    private readonly float* _parameters = network.Buffer.Pointer;
    private readonly NormalEquations _equations = new(network.Plan, network.Buffer.Pointer, threads);
    private readonly AlignedBuffer _origin = new(network.Plan.Parameters);
    private readonly AlignedBuffer _vectors = new(3 * 2 * network.Plan.Parameters); // three in double precision
    private Cholesky? _cholesky;
    private double _value, _cost; // at the start
    private bool _isFinite; // the equations at the start

    internal override bool StartIsFinite => _isFinite && double.IsFinite(_value);

    private double* Gradient => (double*)_vectors.Pointer;

    private double* Step => Gradient + _count;

    /// <summary>What is added to the diagonal of JᵀJ.</summary>
    private double* Diagonal => Step + _count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double Start(Objective objective, bool continues)
    {
        _isFinite = true; // until they are computed
        if (!continues)
        {
            _value = objective.At(null);
            _cost = objective.Cost;
        }

        return _cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override bool Iterate(Objective objective)
    {
        if (!StartIsFinite) return false;

        _equations.Compute(objective.Batch, network.InputStandardizer, network.OutputStandardizer, objective.Cancellation);
        double scale = 2 * objective.Batch.ReduceExactly(1), decay = optimizer.WeightDecay / scale, largest = Begin(decay);
        _isFinite = double.IsFinite(largest);
        if (!_isFinite || largest == 0) return false;

        new ReadOnlySpan<float>(_parameters, _count).CopyTo(_origin.Span);
        bool found = false;
        try
        {
            found = Search(objective, scale, decay, largest);
        }
        finally
        {
            if (!found) _origin.Span.CopyTo(new Span<float>(_parameters, _count));
        }

        return found;
    }

    /// <summary>Computes g.</summary>
    /// <returns>The largest A_kk. NaN if a number of g or of the diagonal is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Begin(double decay)
    {
        SetDiagonal(0, decay);
        double largest = 0;
        bool areFinite = true;
        for (int k = 0; k < _count; k++)
        {
            Gradient[k] = _equations.Residuals[k] + Diagonal[k] * _parameters[k];
            areFinite &= double.IsFinite(Gradient[k]);
            largest = Math.Max(largest, _equations.H[k * (nint)_equations.Stride + k] + Diagonal[k]); // NaN stays
        }

        return areFinite ? largest : double.NaN;
    }

    /// <summary>Tries steps with more and more damping, until F falls. At most some twenty: the growth grows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Search(Objective objective, double scale, double decay, double largest)
    {
        float kept = *state.Pointer(0), least = Math.Max((float)(LeastDamping * largest), Subnormal.Beyond);
        double damping = Math.Max(kept > 0f && float.IsFinite(kept) ? kept : optimizer.Damping * largest, least);
        for (double growth = 2; damping <= float.MaxValue; damping *= growth, growth *= 2)
        {
            if (!Solve(damping, decay)) continue;

            double promise = scale * Promise(damping);
            if (!(promise >= 0 && double.IsFinite(promise))) continue;
            if (promise < LeastPromise * _value || !Move()) return false;

            double trial = objective.At(null);
            if (!(trial < _value)) continue;

            double gain = 2 * ((_value - trial) / promise) - 1;
            damping = Math.Clamp(damping * Math.Max(1.0 / 3, 1 - gain * gain * gain), least, float.MaxValue);
            new Span<float>(state.Pointer(0), _count).Fill((float)damping);
            (_value, _cost) = (trial, objective.Cost);
            return true;
        }

        return false;
    }

    /// <summary>d. The result is false if the system is not positive definite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Solve(double damping, double decay)
    {
        SetDiagonal(damping, decay);
        _cholesky ??= new Cholesky(_count);
        if (!_cholesky.Factor(_equations.H, _equations.Stride, Diagonal)) return false;

        for (int k = 0; k < _count; k++) Step[k] = -Gradient[k];
        _cholesky.Solve(Step);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SetDiagonal(double damping, double decay)
    {
        new Span<double>(Diagonal, _count).Fill(damping);
        foreach (ref readonly LayerShape layer in _plan.Shapes.AsSpan())
            new Span<double>(Diagonal + layer.Weights, layer.Inputs * layer.Outputs).Fill(damping + decay);
    }

    /// <summary>
    /// By how much the quadratic model falls along α·d: −α·gᵀd − ½·α²·dᵀA·d. A·d is −g − μ·d, so only g and d are needed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Promise(double damping)
    {
        double slope = 0, square = 0, rate = optimizer.LearningRate;
        for (int k = 0; k < _count; k++)
        {
            slope -= Gradient[k] * Step[k];
            square += Step[k] * Step[k];
        }

        return rate * slope - 0.5 * rate * rate * (slope - damping * square);
    }

    /// <summary>Sets the parameters to the trial. The result is false if that changes none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Move()
    {
        bool moves = false;
        double rate = optimizer.LearningRate;
        for (int k = 0; k < _count; k++)
        {
            float from = _origin.Pointer[k];
            _parameters[k] = (float)(from + rate * Step[k]);
            moves |= _parameters[k] != from;
        }

        return moves;
    }
}
