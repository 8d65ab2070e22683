namespace FastNN.Onnx;

/// <summary>
/// A tensor that does not depend on the data of a sample. Values are read one by one. So large weights stay where they are, also behind a
/// Transpose or a Mul, until they become parameters.
/// </summary>
internal abstract class OnnxTensor(int type, long[] shape)
{
    /// <summary>Stands for a length that is not known: that of the batch.</summary>
    internal const long Open = long.MinValue;

    /// <summary>The number of its type in <see cref="OnnxTensorTypes"/>.</summary>
    internal int Type { get; } = type;

    /// <summary>Empty for a scalar.</summary>
    internal long[] Shape { get; } = shape;

    /// <summary>The number of values: the product of the lengths.</summary>
    internal int Count { get; } = CountOf(shape);

    internal bool IsReal => OnnxTensorTypes.IsReal(Type);

    internal bool IsInteger => OnnxTensorTypes.IsInteger(Type);

    /// <summary>The operations that reading a value takes.</summary>
    internal virtual int Cost => 1;

    /// <summary>Whether a value depends on the number of samples.</summary>
    internal virtual bool HasOpen => false;

    /// <summary>The value at a place, row by row.</summary>
    internal abstract double Real(int k);

    /// <summary>The integer at a place, or <see cref="Open"/>. Only for types of integers.</summary>
    internal abstract long Integer(int k);

    /// <summary>The value as a float. A FLOAT of the file keeps all its bits.</summary>
    internal virtual float Single(int k) => (float)Real(k);

    internal long[] Integers()
    {
        long[] values = new long[Count];
        for (int k = 0; k < values.Length; k++) values[k] = Integer(k);
        return values;
    }

    /// <summary>For example "FLOAT of shape [3, 4]".</summary>
    public override string ToString() => $"{OnnxTensorTypes.NameOf(Type)} of shape {OnnxFault.Shape(Shape)}";

    /// <summary>The product of lengths that are known to fit.</summary>
    internal static int CountOf(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long length in shape) count *= length;
        return checked((int)count);
    }

    /// <summary>The steps from one element to the next along each axis, row by row.</summary>
    internal static long[] StridesOf(ReadOnlySpan<long> shape)
    {
        long[] strides = new long[shape.Length];
        long stride = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        return strides;
    }
}
