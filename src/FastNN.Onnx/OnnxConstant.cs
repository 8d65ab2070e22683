using System.Buffers.Binary;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>A tensor of the file. Its shape and its data agree. It is transposed if the graph says so.</summary>
internal sealed class OnnxConstant
{
    private const int MostDimensions = 8; // a limit, because each reading loops over them
    private readonly TensorProto _tensor;
    private readonly bool _isTransposed;

    private OnnxConstant(TensorProto tensor, bool isTransposed, int count) =>
        (_tensor, _isTransposed, Count) = (tensor, isTransposed, count);

    /// <summary>The number of values: the product of the lengths.</summary>
    internal int Count { get; }

    /// <summary>The shape as the reader of the constant sees it; empty for a scalar.</summary>
    internal IReadOnlyList<long> Shape => _isTransposed ? [_tensor.Dims[1], _tensor.Dims[0]] : _tensor.Dims;

    /// <summary>Checks a tensor that an operation reads.</summary>
    internal static OnnxConstant Read(OnnxOperation reader, TensorProto tensor, string name, bool isTransposed)
    {
        string? reason = FaultOfShape(tensor, isTransposed, out int count) ?? FaultOfData(tensor, count);
        return reason is null
            ? new OnnxConstant(tensor, isTransposed, count)
            : throw reader.Fault($"its tensor {OnnxFault.Quote(name)} {reason}");
    }

    /// <summary>What is wrong with the shape of a tensor; null if nothing is wrong. The count is the product of the lengths.</summary>
    private static string? FaultOfShape(TensorProto tensor, bool isTransposed, out int count)
    {
        count = 0;
        if (tensor.DataLocation != 0)
            return "keeps its data in another file (external data), which is not supported; save the model with all data in it";
        if (tensor.Dims.Count > MostDimensions)
            return $"is of shape {Shape()} with {tensor.Dims.Count} dimensions; at most {MostDimensions} are supported";
        if (isTransposed && tensor.Dims.Count != 2) return $"must have two dimensions to be transposed, but is of shape {Shape()}";

        long product = 1;
        foreach (long length in tensor.Dims)
        {
            if (length is < 1 or > int.MaxValue || (product *= length) > int.MaxValue)
                return $"is of shape {Shape()}; every length must be at least 1, and their product at most {int.MaxValue}";
        }

        count = (int)product;
        return null;

        string Shape() => OnnxFault.Shape(tensor.Dims);
    }

    /// <summary>What is wrong with the type or the data of a tensor; null if nothing is wrong.</summary>
    private static string? FaultOfData(TensorProto tensor, int count)
    {
        string type = OnnxTensorTypes.NameOf(tensor.DataType);
        if (SizeOf(tensor.DataType) is not int size)
            return $"is of type {type}, which is not supported: FLOAT and DOUBLE are, and INT64 for shapes";

        int raw = tensor.RawData.Length, values = CountOf(tensor);
        if (raw > 0 && values > 0) return "has its data twice";
        if (raw > 0 ? raw == (long)count * size : values == count) return null;

        string has = raw > 0 ? $"{raw} bytes" : $"{values} values";
        return $"is of shape {OnnxFault.Shape(tensor.Dims)} and type {type}, {count} values of {size} bytes, but has {has}";
    }

    /// <summary>For example "FLOAT of shape [3, 4]".</summary>
    public override string ToString() => $"{OnnxTensorTypes.NameOf(_tensor.DataType)} of shape {OnnxFault.Shape(Shape)}";

    internal bool IsOfReals => IsOfFloats || _tensor.DataType == OnnxTensorTypes.Double;

    private bool IsOfFloats => _tensor.DataType == OnnxTensorTypes.Float;

    internal bool IsOfIntegers => _tensor.DataType == OnnxTensorTypes.Integer64;

    /// <summary>The first real value.</summary>
    internal double First => IsOfFloats ? Float(_tensor.RawData.Span, 0) : Double(_tensor.RawData.Span, 0);

    /// <summary>Whether this is a single boolean that is false.</summary>
    internal bool IsFalse =>
        Count == 1 && _tensor.DataType == OnnxTensorTypes.Boolean
        && (_tensor.RawData.IsEmpty ? _tensor.Int32Data[0] : _tensor.RawData[0]) == 0;

    internal long Integer(int k) =>
        _tensor.RawData.IsEmpty ? _tensor.Int64Data[k] : BinaryPrimitives.ReadInt64LittleEndian(_tensor.RawData.Span[(k * sizeof(long))..]);

    /// <summary>
    /// Writes the reals of a matrix [n, m] row by row, or its transpose [m, n] if <paramref name="transpose"/> is true. Multiplies each by
    /// a factor.
    /// </summary>
    internal void CopyTo(Span<float> values, bool transpose, float factor)
    {
        ReadOnlySpan<byte> raw = _tensor.RawData.Span;
        int rows = (int)_tensor.Dims[0], columns = (int)_tensor.Dims[1];
        bool turn = transpose != _isTransposed;
        for (int row = 0, k = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++, k++)
                values[turn ? column * rows + row : k] = Times(factor, Real(raw, k));
        }
    }

    /// <summary>Writes reals in their order, and multiplies each by a factor. A single real goes to all places.</summary>
    internal void CopyTo(Span<float> values, float factor)
    {
        ReadOnlySpan<byte> raw = _tensor.RawData.Span;
        for (int k = 0; k < values.Length; k++) values[k] = Times(factor, Real(raw, Count == 1 ? 0 : k));
    }

    /// <summary>A factor of 1 changes no bit, not even of a NaN.</summary>
    private static float Times(float factor, float value) => factor == 1f ? value : factor * value;

    /// <summary>A float keeps its bits, because it does not become a double on the way: that would change a signaling NaN.</summary>
    private float Real(ReadOnlySpan<byte> raw, int k) => IsOfFloats ? Float(raw, k) : (float)Double(raw, k);

    private float Float(ReadOnlySpan<byte> raw, int k) =>
        raw.IsEmpty ? _tensor.FloatData[k] : BinaryPrimitives.ReadSingleLittleEndian(raw[(k * sizeof(float))..]);

    private double Double(ReadOnlySpan<byte> raw, int k) =>
        raw.IsEmpty ? _tensor.DoubleData[k] : BinaryPrimitives.ReadDoubleLittleEndian(raw[(k * sizeof(double))..]);

    /// <summary>The bytes of a value of a type; null if the type is not supported.</summary>
    private static int? SizeOf(int type) => type switch
    {
        OnnxTensorTypes.Float => sizeof(float),
        OnnxTensorTypes.Double => sizeof(double),
        OnnxTensorTypes.Integer64 => sizeof(long),
        OnnxTensorTypes.Boolean => sizeof(bool),
        _ => null,
    };

    /// <summary>The number of values that are not in raw_data.</summary>
    private static int CountOf(TensorProto tensor) => tensor.DataType switch
    {
        OnnxTensorTypes.Float => tensor.FloatData.Count,
        OnnxTensorTypes.Double => tensor.DoubleData.Count,
        OnnxTensorTypes.Integer64 => tensor.Int64Data.Count,
        _ => tensor.Int32Data.Count,
    };
}
