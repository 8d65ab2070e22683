namespace FastNN.Onnx;

/// <summary>A number for all values of a sample, or one for each.</summary>
internal readonly struct OnnxCoefficient
{
    private readonly double _scalar;

    internal OnnxCoefficient(double scalar) => _scalar = scalar;

    internal OnnxCoefficient(double[] vector) => Vector = vector;

    internal static OnnxCoefficient Zero => default;

    internal static OnnxCoefficient One => new(1);

    /// <summary>A number for each value; null if all have the same.</summary>
    internal double[]? Vector { get; }

    /// <summary>The number of numbers.</summary>
    internal int Count => Vector?.Length ?? 1;

    internal double this[int k] => Vector is null ? _scalar : Vector[k];

    internal bool IsOne => Vector is null && _scalar == 1;

    internal bool IsZero => Vector is null && _scalar == 0;

    internal bool IsFinite
    {
        get
        {
            for (int k = 0; k < Count; k++)
            {
                if (!double.IsFinite(this[k])) return false;
            }

            return true;
        }
    }

    /// <summary>The number that all have; null if they differ.</summary>
    internal double? Single
    {
        get
        {
            for (int k = 1; k < Count; k++)
            {
                if (this[k] != this[0]) return null;
            }

            return this[0];
        }
    }

    internal OnnxCoefficient Slice(int start, int count, OnnxMemoryBudget budget)
    {
        if (Vector is null) return this;
        budget.BookValues(count);
        return new OnnxCoefficient(Vector[start..(start + count)]);
    }

    /// <summary>A function of the numbers of both, place by place.</summary>
    internal static OnnxCoefficient Map(
        OnnxCoefficient a, OnnxCoefficient b, OnnxMemoryBudget budget, Func<double, double, double> function)
    {
        if (a.Vector is null && b.Vector is null) return new OnnxCoefficient(function(a._scalar, b._scalar));
        double[] values = new double[Math.Max(a.Count, b.Count)];
        budget.BookValues(values.Length);
        for (int k = 0; k < values.Length; k++) values[k] = function(a[k], b[k]);
        return new OnnxCoefficient(values);
    }
}
