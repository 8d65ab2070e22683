using System.Runtime.InteropServices;
using FastNN.Onnx.Schema;
using Google.Protobuf;

namespace FastNN.Tests.Graphs;

/// <summary>Writes numbers in every type, in raw_data, in the lists of the type, or in a file beside the model.</summary>
internal static class TensorWriter
{
    internal static TensorProto Create(GraphDraft g, int type, double[] values, long[] shape)
    {
        var tensor = new TensorProto { DataType = type, Dims = { shape } };
        if (type is TensorTypes.Unsigned32 or TensorTypes.Unsigned64 || g.Draw.Chance(0.7))
            tensor.RawData = ByteString.CopyFrom(Bytes(type, values));
        else
            List(tensor, values);
        return tensor;
    }

    /// <summary>Moves reals in raw_data to the file beside the model. ONNX Runtime wants shapes and axes in the model.</summary>
    internal static void MoveOut(GraphDraft g, TensorProto tensor)
    {
        bool isReal = tensor.DataType is TensorTypes.Float or TensorTypes.Double or TensorTypes.Half;
        if (tensor.RawData.IsEmpty || !isReal) return;

        int align = g.Draw.Of(1, 8, 64);
        while (g.External.Length % align != 0) g.External.WriteByte(0xAA);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = GraphFiles.Weights });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{g.External.Length}" });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{tensor.RawData.Length}" });
        g.External.Write(tensor.RawData.Span);
        tensor.DataLocation = 1;
        tensor.RawData = ByteString.Empty;
    }

    private static byte[] Bytes(int type, double[] values) => type switch
    {
        TensorTypes.Float => BytesOf(values, value => (float)value),
        TensorTypes.Double => BytesOf(values, value => value),
        TensorTypes.Half => BytesOf(values, value => (Half)value),
        TensorTypes.BrainFloat => BytesOf(values, BrainFloat),
        TensorTypes.SignedByte => BytesOf(values, value => (sbyte)value),
        TensorTypes.Byte => BytesOf(values, value => (byte)value),
        TensorTypes.Integer16 => BytesOf(values, value => (short)value),
        TensorTypes.Unsigned16 => BytesOf(values, value => (ushort)value),
        TensorTypes.Unsigned32 => BytesOf(values, value => (uint)value),
        TensorTypes.Unsigned64 => BytesOf(values, value => (ulong)value),
        TensorTypes.Boolean => BytesOf(values, value => (byte)value),
        TensorTypes.Integer32 => BytesOf(values, value => (int)value),
        TensorTypes.Integer64 => BytesOf(values, value => (long)value),
        _ => throw new ArgumentException($"Type {type} is not written."),
    };

    private static void List(TensorProto tensor, double[] values)
    {
        switch (tensor.DataType)
        {
            case TensorTypes.Float:
                tensor.FloatData.Add(values.Select(value => (float)value));
                break;
            case TensorTypes.Double:
                tensor.DoubleData.Add(values);
                break;
            case TensorTypes.Integer64:
                tensor.Int64Data.Add(values.Select(value => (long)value));
                break;
            case TensorTypes.Half:
                tensor.Int32Data.Add(values.Select(value => (int)BitConverter.HalfToUInt16Bits((Half)value)));
                break;
            case TensorTypes.BrainFloat:
                tensor.Int32Data.Add(values.Select(value => (int)BrainFloat(value)));
                break;
            default:
                tensor.Int32Data.Add(values.Select(value => (int)value));
                break;
        }
    }

    private static byte[] BytesOf<T>(double[] values, Converter<double, T> convert)
        where T : unmanaged => MemoryMarshal.AsBytes(Array.ConvertAll(values, convert).AsSpan()).ToArray();

    /// <summary>The upper half of the float. It is exact for the values that are written so.</summary>
    private static ushort BrainFloat(double value) => (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16);
}
