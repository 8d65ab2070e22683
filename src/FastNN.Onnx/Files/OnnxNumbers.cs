using System.Collections.Immutable;

namespace FastNN.Onnx;

/// <summary>The numbers of AttributeProto.AttributeType that this project uses.</summary>
internal static class OnnxAttributeTypes
{
    internal const int Float = 1, Integer = 2, Text = 3, Tensor = 4, Floats = 6, Integers = 7;
}

/// <summary>The numbers of TensorProto.DataType that this project uses, and the names of all.</summary>
internal static class OnnxTensorTypes
{
    internal const int Undefined = 0, Float = 1, UInt8 = 2, Int8 = 3, UInt16 = 4, Int16 = 5, Int32 = 6, Integer64 = 7, Text = 8,
        Boolean = 9, Float16 = 10, Double = 11, UInt32 = 12, UInt64 = 13, BFloat16 = 16;

    private static readonly ImmutableArray<string> s_names =
    [
        "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16", "DOUBLE",
        "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16",
        "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4", "INT4", "FLOAT4E2M1",
    ];

    /// <summary>The name in the ONNX standard.</summary>
    internal static string NameOf(long type) => type >= 0 && type < s_names.Length ? s_names[(int)type] : $"number {type}";

    internal static bool IsReal(long type) => type is Float or Double or Float16 or BFloat16;

    /// <summary>Whether it is a type of integers, or of booleans, which are 0 and 1.</summary>
    internal static bool IsInteger(long type) =>
        type is UInt8 or Int8 or UInt16 or Int16 or Int32 or Integer64 or Boolean or UInt32 or UInt64;

    /// <summary>The bytes of a value of a type; null if the type is not supported.</summary>
    internal static int? SizeOf(long type) => type switch
    {
        UInt8 or Int8 or Boolean => 1,
        UInt16 or Int16 or Float16 or BFloat16 => 2,
        Float or Int32 or UInt32 => 4,
        Double or Integer64 or UInt64 => 8,
        _ => null,
    };
}
