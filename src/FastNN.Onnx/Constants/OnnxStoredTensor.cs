using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>A tensor of the file. Its shape and its data agree.</summary>
internal sealed class OnnxStoredTensor : OnnxTensor
{
    private const int MostDimensions = 8; // a limit, because each reading loops over them
    private readonly TensorProto _tensor;

    private OnnxStoredTensor(TensorProto tensor)
        : base(tensor.DataType, [.. tensor.Dims]) => _tensor = tensor;

    /// <summary>All values, if they are FLOAT and lie together.</summary>
    internal ReadOnlySpan<float> Floats =>
        Type == OnnxTensorTypes.Float ? MemoryMarshal.Cast<byte, float>(_tensor.RawData.Span) : default;

    /// <summary>Checks a tensor, and reads its data if they are in another file.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="budget">The memory for data of another file is booked here.</param>
    /// <param name="reader">The operation that reads it, for messages.</param>
    /// <param name="name">The name of the tensor, for messages.</param>
    internal static OnnxStoredTensor Read(TensorProto tensor, OnnxMemoryBudget budget, OnnxOperation reader, string name)
    {
        if (FaultOfShape(tensor, out int count) is { } wrongShape) throw Fault(wrongShape);
        string type = OnnxTensorTypes.NameOf(tensor.DataType);
        if (OnnxTensorTypes.SizeOf(tensor.DataType) is not int size)
            throw Fault($"is of type {type}, which is not supported: real numbers, integers and booleans are");

        if (tensor.DataLocation != 0) OnnxExternalData.Fetch(tensor, (long)count * size, budget, reader, name);
        return FaultOfData(tensor, count, size) is { } wrongData ? throw Fault(wrongData) : new OnnxStoredTensor(tensor);

        ModelFormatException Fault(string reason) => FaultOf(reader, name, reason);
    }

    /// <summary>The exception about a tensor.</summary>
    internal static ModelFormatException FaultOf(OnnxOperation reader, string name, string reason) =>
        reader.Fault($"its tensor {OnnxFault.Quote(name)} {reason}");

    internal override double Real(int k)
    {
        ReadOnlySpan<byte> raw = _tensor.RawData.Span;
        return Type switch
        {
            OnnxTensorTypes.Float => raw.IsEmpty ? _tensor.FloatData[k] : BinaryPrimitives.ReadSingleLittleEndian(raw[(k * 4)..]),
            OnnxTensorTypes.Double => raw.IsEmpty ? _tensor.DoubleData[k] : BinaryPrimitives.ReadDoubleLittleEndian(raw[(k * 8)..]),
            OnnxTensorTypes.Float16 => (double)BitConverter.UInt16BitsToHalf(Bits16(raw, k)),
            OnnxTensorTypes.BFloat16 => BitConverter.Int32BitsToSingle(Bits16(raw, k) << 16),
            OnnxTensorTypes.UInt64 => (ulong)Integer(k),
            _ => Integer(k),
        };
    }

    /// <summary>A float keeps its bits, because it does not become a double on the way: that would change a signaling NaN.</summary>
    internal override float Single(int k)
    {
        if (Type != OnnxTensorTypes.Float) return (float)Real(k);
        ReadOnlySpan<byte> raw = _tensor.RawData.Span;
        return raw.IsEmpty ? _tensor.FloatData[k] : BinaryPrimitives.ReadSingleLittleEndian(raw[(k * 4)..]);
    }

    internal override long Integer(int k)
    {
        ReadOnlySpan<byte> raw = _tensor.RawData.Span;
        return Type switch
        {
            OnnxTensorTypes.Integer64 => raw.IsEmpty ? _tensor.Int64Data[k] : BinaryPrimitives.ReadInt64LittleEndian(raw[(k * 8)..]),
            OnnxTensorTypes.UInt64 => BinaryPrimitives.ReadInt64LittleEndian(raw[(k * 8)..]),
            OnnxTensorTypes.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(raw[(k * 4)..]),
            OnnxTensorTypes.Int32 => raw.IsEmpty ? _tensor.Int32Data[k] : BinaryPrimitives.ReadInt32LittleEndian(raw[(k * 4)..]),
            OnnxTensorTypes.Int16 => (short)Bits16(raw, k),
            OnnxTensorTypes.UInt16 => Bits16(raw, k),
            OnnxTensorTypes.Int8 => (sbyte)Bits8(raw, k),
            OnnxTensorTypes.UInt8 => Bits8(raw, k),
            _ => Bits8(raw, k) == 0 ? 0 : 1,
        };
    }

    private ushort Bits16(ReadOnlySpan<byte> raw, int k) =>
        raw.IsEmpty ? (ushort)_tensor.Int32Data[k] : BinaryPrimitives.ReadUInt16LittleEndian(raw[(k * 2)..]);

    private byte Bits8(ReadOnlySpan<byte> raw, int k) => raw.IsEmpty ? (byte)_tensor.Int32Data[k] : raw[k];

    /// <summary>What is wrong with the shape of a tensor; null if nothing is wrong. The count is the product of the lengths.</summary>
    private static string? FaultOfShape(TensorProto tensor, out int count)
    {
        count = 0;
        if (tensor.Dims.Count > MostDimensions)
            return $"is of shape {Shape()} with {tensor.Dims.Count} dimensions; at most {MostDimensions} are supported";

        long product = 1; // without lengths of 0
        bool isEmpty = false;
        int fewest = tensor.DataType == OnnxTensorTypes.Integer64 ? 0 : 1; // the shape of a scalar has no element
        foreach (long length in tensor.Dims)
        {
            if (length < fewest || length > int.MaxValue || (product *= Math.Max(length, 1)) > int.MaxValue)
                return $"is of shape {Shape()}; every length must be at least 1, and their product at most {int.MaxValue}";
            isEmpty |= length == 0;
        }

        count = isEmpty ? 0 : (int)product;
        return null;

        string Shape() => OnnxFault.Shape(tensor.Dims);
    }

    /// <summary>What is wrong with the data of a tensor; null if nothing is wrong.</summary>
    private static string? FaultOfData(TensorProto tensor, int count, int size)
    {
        int raw = tensor.RawData.Length, values = CountOf(tensor);
        if (raw > 0 && values > 0) return "has its data twice";
        if (raw > 0 ? raw == (long)count * size : values == count) return null;

        string has = raw > 0 ? $"{raw} bytes" : $"{values} values", type = OnnxTensorTypes.NameOf(tensor.DataType);
        return $"is of shape {OnnxFault.Shape(tensor.Dims)} and type {type}, {count} values of {size} bytes, but has {has}";
    }

    /// <summary>The number of values that are not in raw_data.</summary>
    private static int CountOf(TensorProto tensor) => tensor.DataType switch
    {
        OnnxTensorTypes.Float => tensor.FloatData.Count,
        OnnxTensorTypes.Double => tensor.DoubleData.Count,
        OnnxTensorTypes.Integer64 => tensor.Int64Data.Count,
        OnnxTensorTypes.UInt32 or OnnxTensorTypes.UInt64 => 0, // only raw_data is read
        _ => tensor.Int32Data.Count,
    };
}
