using System.Runtime.CompilerServices;
using FastNN.Dispatch;
using FastNN.Plumbing;

namespace FastNN.Optimizers;

/// <summary>
/// Searches along a direction d from w₀ for a step α with the strong Wolfe conditions F(α) ≤ F(0) + c₁·α·F′(0) and |F′(α)| ≤ −c₂·F′(0):
/// algorithms 3.5 and 3.6 of Nocedal and Wright, in one loop. While no end of the interval is known, it is ∞. All numbers are in double
/// precision, but a step is rounded to float: the trial parameters are fma(α, d, w₀).
/// </summary>
/// <remarks>
/// F has the rounding errors of the costs of the samples, which are in single precision. If residuals are a thousandth of the outputs,
/// these are some 10⁻⁴ of F. Near the end of a training a step lowers F by less, so the first condition decides by chance. But slopes lose
/// no digits there. So a step is also taken, as by the approximate conditions of Hager and Zhang (SIAM J. Optim. 16 (2005), p. 170), if it
/// has the second condition, raises F by no more than 2⁻¹⁰·|F|, and the slopes at both ends promise a decrease −α·(F′(0) + F′(α))/2 of at
/// least 2⁻²²·|F|. Without this, 1-15-1 on a smooth function stopped at a cost of 4·10⁻⁶ instead of 8·10⁻⁸. If the promise could be
/// smaller, some trainings would wander for ever among costs that differ by rounding. If no step is taken so, it is the one with the lowest
/// F, if that is lower.
/// </remarks>
internal sealed unsafe class LineSearch(KernelSet kernels, float* parameters, int count)
{
    private const int MostEvaluations = 20;
    private const double Nearest = 0.1; // to an end of the interval, as a part of it
    private const double SufficientDecrease = 1e-4, Curvature = 0.9, Noise = 1.0 / (1 << 10), LeastPromise = 1.0 / (1 << 22);

    private readonly AlignedBuffer _origin = new(count), _direction = new(count);
    private AlignedBuffer _trialGradient = new(count);

    /// <summary>The gradient of <see cref="Best"/>.</summary>
    private AlignedBuffer _bestGradient = new(count);

    /// <summary>w₀.</summary>
    internal float* Origin => _origin.Pointer;

    /// <summary>d. It is set before a search.</summary>
    internal float* Direction => _direction.Pointer;

    /// <summary>The best point of the last search that found one, where the parameters are now.</summary>
    internal Point Best { get; private set; }

    /// <summary>Takes the present parameters as w₀.</summary>
    internal void Begin() => new ReadOnlySpan<float>(parameters, count).CopyTo(_origin.Span);

    /// <summary>Puts w₀ back.</summary>
    internal void PutBack() => _origin.Span.CopyTo(new Span<float>(parameters, count));

    /// <summary>Gives away the gradient of <see cref="Best"/>, and takes other memory for it.</summary>
    internal AlignedBuffer ExchangeGradient(AlignedBuffer other)
    {
        AlignedBuffer gradient = _bestGradient;
        _bestGradient = other;
        return gradient;
    }

    /// <summary>Moves the parameters to a lower objective. If there is none, they are anywhere.</summary>
    /// <param name="objective">F.</param>
    /// <param name="start">The point of α = 0.</param>
    /// <param name="first">The first α.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Run(Objective objective, in Point start, double first)
    {
        if (!(start.Slope < 0 && double.IsFinite(start.Slope))) return false;

        Best = start;
        Point low = start, high = new(double.PositiveInfinity, double.NaN, double.NaN, double.NaN);
        float step = (float)first;
        double leastPromise = LeastPromise * Math.Abs(start.Value);
        for (int evaluations = 0; evaluations < MostEvaluations && MoveTo(step); evaluations++)
        {
            if (evaluations > 0 && step * -start.Slope < leastPromise) break; // no shorter step can be taken by its slopes

            Point trial = Evaluate(objective, step), before = low;
            bool isLow = trial.IsLower(in start, in low);
            if (trial.IsFlat(in start) && (isLow || trial.IsLowerBySlopes(in start)))
            {
                Take(in trial);
                return true;
            }

            if (!isLow || trial.Slope * (high.Step - low.Step) >= 0) high = isLow ? low : trial;
            if (isLow) low = trial;
            if (trial.IsFinite && trial.Value < Best.Value) Take(in trial);
            step = (float)(double.IsFinite(high.Step) ? Between(in low, in high) : Beyond(in before, in low));
        }

        return Best.Value < start.Value && MoveTo((float)Best.Step);
    }

    /// <summary>Sets the parameters to fma(α, d, w₀). The result is false if that is w₀: then no shorter step is anything else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool MoveTo(float step)
    {
        PutBack();
        kernels.GradientDescent(parameters, Direction, count, 1f, step);
        return !new ReadOnlySpan<int>(parameters, count).SequenceEqual(new ReadOnlySpan<int>(Origin, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Point Evaluate(Objective objective, float step)
    {
        double value = objective.At(_trialGradient.Pointer);
        return new Point(step, value, Sums.Dot(_trialGradient.Pointer, Direction, count), objective.Cost);
    }

    private void Take(in Point trial)
    {
        Best = trial;
        (_bestGradient, _trialGradient) = (_trialGradient, _bestGradient);
    }

    /// <summary>
    /// The minimum of the cubic through both ends of the interval, but at least a tenth of the interval away from them. The middle, if the
    /// cubic has no minimum. A tenth of the way, if the far end is not finite.
    /// </summary>
    private static double Between(in Point low, in Point high)
    {
        double width = high.Step - low.Step, at = (Cubic(in low, in high) - low.Step) / width;
        return low.Step + width * (!high.IsFinite ? Nearest : double.IsFinite(at) ? Math.Clamp(at, Nearest, 1 - Nearest) : 0.5);
    }

    /// <summary>
    /// The minimum of the cubic through the last two points, but 1.1 to 4 times as far beyond the last as that is beyond the one before.
    /// These are the limits of Moré and Thuente's program. The farthest, if the cubic has no minimum.
    /// </summary>
    private static double Beyond(in Point before, in Point last)
    {
        double width = last.Step - before.Step, at = (Cubic(in before, in last) - last.Step) / width;
        return last.Step + width * (at > 0 ? Math.Clamp(at, 1.1, 4) : 4);
    }

    /// <summary>Equation 3.59 of Nocedal and Wright. NaN if there is no minimum.</summary>
    private static double Cubic(in Point a, in Point b)
    {
        double width = b.Step - a.Step, d1 = a.Slope + b.Slope - 3 * (a.Value - b.Value) / (a.Step - b.Step);
        double root = Math.CopySign(Math.Sqrt(d1 * d1 - a.Slope * b.Slope), width);
        return b.Step - width * ((b.Slope + root - d1) / (b.Slope - a.Slope + 2 * root));
    }

    /// <summary>A point of the search.</summary>
    /// <param name="Step">α, a float.</param>
    /// <param name="Value">F.</param>
    /// <param name="Slope">F′ = ∇F·d. If it is finite, so is each component of the gradient.</param>
    /// <param name="Cost">C, the part of F that is the cost.</param>
    internal readonly record struct Point(double Step, double Value, double Slope, double Cost)
    {
        internal bool IsFinite => double.IsFinite(Value) && double.IsFinite(Slope);

        /// <summary>The first condition. F is also lower than at the best end of the interval.</summary>
        internal bool IsLower(in Point start, in Point low) =>
            IsFinite && Value <= start.Value + SufficientDecrease * Step * start.Slope && Value < low.Value;

        /// <summary>The second condition.</summary>
        internal bool IsFlat(in Point start) => IsFinite && Math.Abs(Slope) <= -Curvature * start.Slope;

        /// <summary>Whether F is the same up to rounding, and the slopes promise that it is lower.</summary>
        internal bool IsLowerBySlopes(in Point start)
        {
            double size = Math.Abs(start.Value);
            return Value <= start.Value + Noise * size && -0.5 * Step * (start.Slope + Slope) >= LeastPromise * size;
        }
    }
}
