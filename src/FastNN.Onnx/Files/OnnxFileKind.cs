namespace FastNN.Onnx;

/// <summary>Recognises files that are no ONNX models, so that the message says what they are and what to do.</summary>
internal static class OnnxFileKind
{
    private const string Export = "export the model to ONNX";

    /// <summary>What the file is; null if it may be an ONNX model.</summary>
    internal static string? Of(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return "it is empty";
        if (data.StartsWith("version https://git-lfs"u8))
            return "it is a pointer of Git LFS, not the model itself; fetch the model by 'git lfs pull'";
        if (data.StartsWith("PK\x03\x04"u8)) return $"it is a zip archive, such as a .pt or .pth of PyTorch; unpack it, or {Export}";
        if (data.Length > 4 && data[0] == 0x89 && data[1..].StartsWith("HDF"u8))
            return $"it is a file of HDF5, such as an .h5 of Keras; {Export}, for example by tf2onnx";
        if (data.Length > 7 && data[4..].StartsWith("TFL3"u8)) return $"it is a model of TensorFlow Lite; {Export}, for example by tf2onnx";
        if (data.Length > 1 && data[0] == 0x1F && data[1] == 0x8B) return "it is compressed by gzip; decompress it";
        if (data.Length > 2 && data[0] == 0x80 && data[1] is >= 2 and <= 5 && IsPickle(data[2]))
            return $"it is a pickle of Python; {Export}";
        if (data.Length > 8 && BitConverter.ToInt64(data) is > 1 and < 1 << 28 && data[8] == (byte)'{')
            return "it is a file of safetensors; Network.Load reads these";
        return OfText(data);
    }

    /// <summary>The first instruction of a pickle: a frame, a dictionary, a name, a tuple or a number.</summary>
    private static bool IsPickle(byte instruction) => instruction is 0x95 or (byte)'}' or (byte)'c' or (byte)'(' or 0x8A;

    private static string? OfText(ReadOnlySpan<byte> data)
    {
        const int fewest = 4, most = 512; // no model begins with as many characters of a text
        ReadOnlySpan<byte> start = data[..Math.Min(most, data.Length)];
        if (start.Length < fewest) return null;
        foreach (byte character in start)
        {
            if (character is < (byte)' ' and not ((byte)'\t' or (byte)'\n' or (byte)'\r') or 0x7F) return null;
        }

        ReadOnlySpan<byte> text = start.TrimStart(" \t\r\n"u8);
        string kind = text.StartsWith("<"u8) ? "HTML or XML, perhaps a page of a download that failed"
            : text.StartsWith("{"u8) || text.StartsWith("["u8) ? "JSON"
            : "a text";
        return $"it is {kind}, not an ONNX model";
    }
}
