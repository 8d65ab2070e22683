namespace FastNN.Onnx;

/// <summary>Real numbers that were computed, in double precision.</summary>
internal sealed class OnnxReals(int type, long[] shape, double[] values, bool hasOpen = false) : OnnxTensor(type, shape)
{
    internal override bool HasOpen => hasOpen;

    internal override double Real(int k) => values[k];

    internal override long Integer(int k) => throw new InvalidOperationException("These are real numbers.");
}

/// <summary>Integers that were computed, exactly. Some may be <see cref="OnnxTensor.Open"/>.</summary>
internal sealed class OnnxIntegers(int type, long[] shape, long[] values) : OnnxTensor(type, shape)
{
    internal override bool HasOpen { get; } = values.Contains(Open);

    internal override double Real(int k) => values[k] == Open ? double.NaN : values[k];

    internal override long Integer(int k) => values[k];
}

/// <summary>Another order, a part, or another shape of a tensor. Nothing is copied.</summary>
/// <param name="source">The tensor.</param>
/// <param name="shape">The shape of the view.</param>
/// <param name="start">The place of the first element.</param>
/// <param name="strides">The steps between elements along each axis of the view. Null if the elements follow one another.</param>
internal sealed class OnnxView(OnnxTensor source, long[] shape, long start = 0, long[]? strides = null) : OnnxTensor(source.Type, shape)
{
    /// <summary>The matrix whose transpose this is; null if this is something else.</summary>
    internal OnnxTensor? Transposed =>
        Shape.Length == 2 && start == 0 && source.Shape.Length == 2 && strides is [1, { } step] && step == source.Shape[1]
        && source.Shape[0] == Shape[1] && source.Shape[1] == Shape[0] ? source : null;

    /// <summary>The tensor with the same elements in the same order; null if this is something else.</summary>
    internal OnnxTensor? Same => strides is null && start == 0 && source.Count == Count ? source : null;

    internal override int Cost => source.Cost + 1 + Divided / 2;

    internal override bool HasOpen => source.HasOpen;

    internal override double Real(int k) => source.Real(At(k));

    internal override long Integer(int k) => source.Integer(At(k));

    internal override float Single(int k) => source.Single(At(k));

    /// <summary>The axes that finding a place divides by.</summary>
    private int Divided => strides?.Length ?? 0;

    private int At(int k)
    {
        long at = start;
        if (strides is null) return (int)(at + k);
        for (int axis = Shape.Length - 1; axis >= 0; axis--)
        {
            at += k % Shape[axis] * strides[axis];
            k = (int)(k / Shape[axis]);
        }

        return (int)at;
    }
}

/// <summary>A function of each value of one tensor or two. Values are computed when they are read.</summary>
internal sealed class OnnxMapped(
    int type, long[] shape, OnnxTensor first, OnnxTensor? second, Func<double, double, double> function) : OnnxTensor(type, shape)
{
    internal override int Cost => first.Cost + (second?.Cost ?? 0) + 1;

    internal override bool HasOpen => first.HasOpen || second?.HasOpen == true;

    internal override double Real(int k) => function(first.Real(k), second?.Real(k) ?? 0);

    internal override long Integer(int k) => throw new InvalidOperationException("These are real numbers.");
}
