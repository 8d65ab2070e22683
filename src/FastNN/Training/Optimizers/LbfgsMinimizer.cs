using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN.Optimizers;

/// <summary>
/// Algorithms 7.4 and 7.5 of Nocedal and Wright. The pairs are in the state: s and y of update t are in slot t mod m. Sums are those of
/// <see cref="Sums"/>, and a vector changes by fma(float(factor), v, d) in each component. A direction in double precision came no further.
/// </summary>
internal sealed unsafe class LbfgsMinimizer(Lbfgs optimizer, NetworkPlan plan, float* parameters, OptimizerState state) : Minimizer
{
    private readonly int _count = plan.Parameters, _memory = optimizer.Memory;
    private readonly LineSearch _search = new(plan.Kernels, parameters, plan.Parameters);
    private readonly double[] _curvature = new double[optimizer.Memory], _alpha = new double[optimizer.Memory];
    private AlignedBuffer _gradient = new(plan.Parameters);
    private double _value, _cost; // at the start

    internal override bool StartIsFinite => double.IsFinite(_value) && _gradient.IsFinite;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double Start(Objective objective, bool continues)
    {
        if (!continues)
        {
            _value = objective.At(_gradient.Pointer);
            _cost = objective.Cost;
        }

        return _cost;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override bool Iterate(Objective objective)
    {
        if (!StartIsFinite) return false;

        bool found = false;
        _search.Begin();
        try
        {
            bool hasPairs = TakeDirection();
            found = hasPairs && Search(objective, optimizer.LearningRate);
            if (!found)
            {
                if (hasPairs) TakeSteepest();
                found = Search(objective, optimizer.LearningRate * Math.Min(1, 1 / Sums.Magnitudes(_gradient.Pointer, _count)));
                if (found) DropPairs();
            }
        }
        finally
        {
            if (!found) _search.PutBack();
        }

        if (found) EndAtBest();
        return found;
    }

    private bool Search(Objective objective, double first)
    {
        double slope = Sums.Dot(_gradient.Pointer, _search.Direction, _count);
        return _search.Run(objective, new LineSearch.Point(0, _value, slope, _cost), first);
    }

    /// <summary>
    /// d = −H·g from the pairs of the last m updates, from the newest to the oldest and back. Slots without curvature do not count.
    /// </summary>
    /// <returns>Whether there is a pair. Without one, d is −g.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TakeDirection()
    {
        TakeSteepest();
        float* d = _search.Direction;
        double scale = 0;
        for (int age = 1; age <= _memory; age++)
        {
            int slot = SlotOf(age);
            double curvature = _curvature[slot] = Sums.Dot(Step(slot), Change(slot), _count);
            if (!IsCurvature(curvature)) continue;

            if (scale == 0) scale = curvature / Sums.Dot(Change(slot), Change(slot), _count);
            _alpha[slot] = Sums.Dot(Step(slot), d, _count) / curvature;
            plan.Kernels.GradientDescent(d, Change(slot), _count, 1f, -(float)_alpha[slot]);
        }

        if (scale == 0) return false;

        for (int k = 0; k < _count; k++) d[k] *= (float)scale;
        for (int age = _memory; age >= 1; age--)
        {
            int slot = SlotOf(age);
            if (!IsCurvature(_curvature[slot])) continue;

            double beta = Sums.Dot(Change(slot), d, _count) / _curvature[slot];
            plan.Kernels.GradientDescent(d, Step(slot), _count, 1f, (float)(_alpha[slot] - beta));
        }

        return true;
    }

    private void TakeSteepest()
    {
        for (int k = 0; k < _count; k++) _search.Direction[k] = -_gradient.Pointer[k];
    }

    private void DropPairs()
    {
        for (int slot = 0; slot < _memory; slot++) Empty(slot);
    }

    private void Empty(int slot)
    {
        new Span<float>(Step(slot), _count).Clear();
        new Span<float>(Change(slot), _count).Clear();
    }

    /// <summary>The parameters are at the best point. Its pair is kept, and it is the start of the next iteration.</summary>
    private void EndAtBest()
    {
        AlignedBuffer before = _gradient;
        _gradient = _search.ExchangeGradient(before);
        (_value, _cost) = (_search.Best.Value, _search.Best.Cost);
        KeepPair(before.Pointer);
    }

    /// <summary>
    /// s and y, subtracted in single precision. If y has no part along s beyond the rounding of floats, the slot stays empty.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KeepPair(float* gradientBefore)
    {
        int slot = (int)(state.Steps % _memory);
        float* s = Step(slot), y = Change(slot);
        for (int k = 0; k < _count; k++)
        {
            s[k] = Subnormal.Flush(parameters[k] - _search.Origin[k]);
            y[k] = Subnormal.Flush(_gradient.Pointer[k] - gradientBefore[k]);
        }

        const double rounding = 1.0 / (1 << 24);
        double curvature = Sums.Dot(s, y, _count);
        double lengths = Math.Sqrt(Sums.Dot(s, s, _count)) * Math.Sqrt(Sums.Dot(y, y, _count));
        if (!(IsCurvature(curvature) && curvature > rounding * lengths)) Empty(slot);
    }

    /// <summary>False for an empty slot, and for numbers of a user that are no pair.</summary>
    private static bool IsCurvature(double curvature) => curvature > 0 && double.IsFinite(curvature);

    /// <summary>The slot of the update before the last age − 1 ones.</summary>
    private int SlotOf(int age) => (int)((state.Steps + _memory - age) % _memory);

    private float* Step(int slot) => state.Pointer(slot);

    private float* Change(int slot) => state.Pointer(_memory + slot);
}
