using System.Buffers.Binary;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>A tensor of the file whose shape and data agree; transposed where the graph says so.</summary>
internal sealed class Constant
{
    private const int MostDimensions = 8; // they are walked on each reading
    private readonly TensorProto _tensor;
    private readonly bool _isTransposed;

    private Constant(TensorProto tensor, bool isTransposed, int count) => (_tensor, _isTransposed, Count) = (tensor, isTransposed, count);

    /// <summary>The product of the lengths, as many values as there are.</summary>
    internal int Count { get; }

    /// <summary>As the reader sees it; empty for a scalar.</summary>
    internal IReadOnlyList<long> Shape => _isTransposed ? [_tensor.Dims[1], _tensor.Dims[0]] : _tensor.Dims;

    /// <summary>Checks a tensor on its way to an operation.</summary>
    internal static Constant Read(Operation reader, TensorProto tensor, string name, bool isTransposed)
    {
        ModelFormatException Wrong(string reason) => reader.Fault($"its tensor {Fault.Quote(name)} {reason}");

        if (tensor.DataLocation != 0) throw Wrong("keeps its data in another file (external data), which is not supported; save the model with all data in it");
        if (tensor.Dims.Count > MostDimensions)
            throw Wrong($"is of shape {Fault.Shape(tensor.Dims)} with {tensor.Dims.Count} dimensions; at most {MostDimensions} are supported");
        if (isTransposed && tensor.Dims.Count != 2) throw Wrong($"must have two dimensions to be transposed, but is of shape {Fault.Shape(tensor.Dims)}");
        long count = 1;
        foreach (long length in tensor.Dims)
        {
            if (length is < 1 or > int.MaxValue || (count *= length) > int.MaxValue)
                throw Wrong($"is of shape {Fault.Shape(tensor.Dims)}; every length must be at least 1, and their product at most {int.MaxValue}");
        }

        if (SizeOf(tensor.DataType) is not int size)
            throw Wrong($"is of type {TensorTypes.NameOf(tensor.DataType)}, which is not supported: FLOAT and DOUBLE are, and INT64 for shapes");

        int raw = tensor.RawData.Length, values = CountOf(tensor);
        if (raw > 0 && values > 0) throw Wrong("has its data twice");
        if (raw > 0 ? raw != count * size : values != count)
        {
            string has = raw > 0 ? $"{raw} bytes" : $"{values} values";
            string claim = $"{Fault.Shape(tensor.Dims)} and type {TensorTypes.NameOf(tensor.DataType)}, {count} values of {size} bytes";
            throw Wrong($"is of shape {claim}, but has {has}");
        }

        return new Constant(tensor, isTransposed, (int)count);
    }

    /// <summary>"FLOAT of shape [3, 4]".</summary>
    public override string ToString() => $"{TensorTypes.NameOf(_tensor.DataType)} of shape {Fault.Shape(Shape)}";

    internal bool IsOfReals => _tensor.DataType is TensorTypes.Float or TensorTypes.Double;

    internal bool IsOfIntegers => _tensor.DataType == TensorTypes.Integer64;

    /// <summary>The value of one real.</summary>
    internal double First => Real(_tensor.RawData.Span, 0);

    /// <summary>Whether one value is a boolean, and false.</summary>
    internal bool IsFalse =>
        Count == 1 && _tensor.DataType == TensorTypes.Boolean && (_tensor.RawData.IsEmpty ? _tensor.Int32Data[0] : _tensor.RawData[0]) == 0;

    internal long Integer(int k) =>
        _tensor.RawData.IsEmpty ? _tensor.Int64Data[k] : BinaryPrimitives.ReadInt64LittleEndian(_tensor.RawData.Span[(k * sizeof(long))..]);

    /// <summary>Writes the reals of a matrix [n, m] row by row, each times a factor, or, if so wished, its transpose [m, n].</summary>
    internal void CopyTo(Span<float> values, bool transpose, float factor)
    {
        ReadOnlySpan<byte> raw = _tensor.RawData.Span;
        int rows = (int)_tensor.Dims[0], columns = (int)_tensor.Dims[1];
        bool turn = transpose != _isTransposed;
        for (int row = 0, k = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++, k++) values[turn ? column * rows + row : k] = Times(factor, (float)Real(raw, k));
        }
    }

    /// <summary>Writes reals in their order, each times a factor; a single one everywhere.</summary>
    internal void CopyTo(Span<float> values, float factor)
    {
        ReadOnlySpan<byte> raw = _tensor.RawData.Span;
        for (int k = 0; k < values.Length; k++) values[k] = Times(factor, (float)Real(raw, Count == 1 ? 0 : k));
    }

    /// <summary>1 changes no bit, not even of a NaN.</summary>
    private static float Times(float factor, float value) => factor == 1f ? value : factor * value;

    private double Real(ReadOnlySpan<byte> raw, int k) => (_tensor.DataType, raw.IsEmpty) switch
    {
        (TensorTypes.Float, true) => _tensor.FloatData[k],
        (TensorTypes.Float, false) => BinaryPrimitives.ReadSingleLittleEndian(raw[(k * sizeof(float))..]),
        (_, true) => _tensor.DoubleData[k],
        _ => BinaryPrimitives.ReadDoubleLittleEndian(raw[(k * sizeof(double))..]),
    };

    /// <summary>Bytes of a value of the type; null for what is not supported.</summary>
    private static int? SizeOf(int type) => type switch
    {
        TensorTypes.Float => sizeof(float),
        TensorTypes.Double => sizeof(double),
        TensorTypes.Integer64 => sizeof(long),
        TensorTypes.Boolean => sizeof(bool),
        _ => null,
    };

    /// <summary>Values that are not in raw_data.</summary>
    private static int CountOf(TensorProto tensor) => tensor.DataType switch
    {
        TensorTypes.Float => tensor.FloatData.Count,
        TensorTypes.Double => tensor.DoubleData.Count,
        TensorTypes.Integer64 => tensor.Int64Data.Count,
        _ => tensor.Int32Data.Count,
    };
}
