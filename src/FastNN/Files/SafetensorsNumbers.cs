using System.Runtime.InteropServices;

namespace FastNN.Files;

/// <summary>The numbers of a tensor without any rounding: doubles for F64, and floats for all other types.</summary>
internal sealed class SafetensorsNumbers
{
    private readonly float[] _floats = [];
    private readonly double[] _doubles = [];

    internal SafetensorsNumbers(SafetensorsEntry tensor)
    {
        Tensor = tensor;
        long length = tensor.Shape.Aggregate(1L, (size, dimension) => size * dimension);
        if (tensor.Type == SafetensorsType.F64) _doubles = new double[length];
        else _floats = new float[length];
    }

    internal SafetensorsEntry Tensor { get; }

    internal double this[int index] => _doubles.Length > 0 ? _doubles[index] : _floats[index];

    /// <summary>Reads the tensor, which is next in the file.</summary>
    internal void Read(SafetensorsTensorReader reader)
    {
        if (Tensor.Type == SafetensorsType.F64) reader.Bytes(MemoryMarshal.AsBytes(_doubles.AsSpan()));
        else reader.Flat(_floats);
    }
}
