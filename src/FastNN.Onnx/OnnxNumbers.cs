using System.Collections.Immutable;

namespace FastNN.Onnx;

/// <summary>The numbers of AttributeProto.AttributeType that this project uses.</summary>
internal static class OnnxAttributeTypes
{
    internal const int Float = 1, Integer = 2, Text = 3, Tensor = 4, Integers = 7;
}

/// <summary>The numbers of TensorProto.DataType that this project uses, and the names of all.</summary>
internal static class OnnxTensorTypes
{
    internal const int Undefined = 0, Float = 1, Integer64 = 7, Boolean = 9, Double = 11;

    private static readonly ImmutableArray<string> s_names =
    [
        "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16", "DOUBLE",
        "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16",
        "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4", "INT4", "FLOAT4E2M1",
    ];

    /// <summary>The name in the ONNX standard.</summary>
    internal static string NameOf(long type) => type >= 0 && type < s_names.Length ? s_names[(int)type] : $"number {type}";
}
