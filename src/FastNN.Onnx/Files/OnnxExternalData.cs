using System.Globalization;
using FastNN.Files;
using FastNN.Onnx.Schema;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;

namespace FastNN.Onnx;

/// <summary>
/// Data of tensors in files beside the model. A file must be in the folder of the model or below it, also after all links are followed. Its
/// size is checked before memory is taken, and before it is opened: so a pipe or a device, which has no size, is never opened.
/// </summary>
/// <param name="folder">The full path of the folder of the model.</param>
internal sealed class OnnxExternalData(string folder)
{
    private const int MostLinks = 8, MostEntries = 16;
    private readonly string _folder = Path.TrimEndingDirectorySeparator(folder);
    private readonly Dictionary<string, FileInfo> _files = []; // by location
    private readonly HashSet<string> _counted = []; // by path: a file has many locations

    /// <summary>Reads the data of a tensor. Afterwards they are in the tensor.</summary>
    /// <param name="tensor">The tensor. Its data are in another file.</param>
    /// <param name="size">The bytes that its shape and its type make.</param>
    /// <param name="budget">The memory is booked here.</param>
    /// <param name="reader">The operation that reads it, for messages.</param>
    /// <param name="name">The name of the tensor, for messages.</param>
    internal static void Fetch(TensorProto tensor, long size, OnnxMemoryBudget budget, OnnxOperation reader, string name)
    {
        Func<string, ModelFormatException> fault = reason => OnnxStoredTensor.FaultOf(reader, name, reason);
        if (tensor.RawData.Length > 0) throw fault("has its data twice");
        if (tensor.ExternalData.Count > MostEntries) throw fault($"has more than {MostEntries} entries of external data");
        OnnxExternalData external = budget.External ?? throw fault(
            "keeps its data in another file (external data), which a stream or bytes do not have; load the model by its path");
        FileInfo file = external.Find(Entry(tensor, "location") ?? "", budget, fault);
        long offset = Number(tensor, "offset", 0, fault), length = Number(tensor, "length", size, fault);
        if (size > Array.MaxLength) throw fault($"keeps {size} bytes in another file, but at most {Array.MaxLength} are supported");
        if (length != size) throw fault($"claims {length} bytes of external data, but its shape and type make {size}");
        if (size > file.Length || offset > file.Length - size)
        {
            throw fault(
                $"keeps {size} bytes from byte {offset} on in {OnnxFault.Quote(file.Name)}, but the file has {file.Length}");
        }

        budget.Book(size, "external data");
        if (size == 0) return; // the file is not opened: it may be a pipe
        byte[] data = GC.AllocateUninitializedArray<byte>((int)size);
        try
        {
            Read(file.FullName, data, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string message = fault($"keeps its data in {OnnxFault.Quote(file.Name)}, which cannot be read").Message;
            throw new ModelFormatException(message, exception);
        }

        (tensor.RawData, tensor.DataLocation) = (UnsafeByteOperations.UnsafeWrap(data), 0);
    }

    private static void Read(string path, Span<byte> data, long offset)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        while (data.Length > 0)
        {
            int read = RandomAccess.Read(file, data, offset);
            if (read == 0) throw new EndOfStreamException($"{path} has become shorter.");
            data = data[read..];
            offset += read;
        }
    }

    /// <summary>The file of a location. Its size is counted when it is found for the first time.</summary>
    private FileInfo Find(string location, OnnxMemoryBudget budget, Func<string, ModelFormatException> fault)
    {
        if (_files.TryGetValue(location, out FileInfo? known)) return known;
        string quoted = OnnxFault.Quote(location);
        string[] parts = location.Split('/', '\\');
        if (location.Length > 1024 || Path.IsPathRooted(location) || location.Contains(':') || location.Any(char.IsControl)
            || parts.Any(part => part is "" or ".."))
        {
            throw fault($"keeps its data in {quoted}; the file must be in the folder of the model, without '..' in its path");
        }

        FileInfo file;
        try
        {
            file = new FileInfo(Follow(parts) ?? throw fault($"keeps its data in {quoted}, a link that leads out of the model's folder"));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFormatException(Missing().Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(fault($"keeps its data in {quoted}, which cannot be looked up").Message, exception);
        }

        if (!file.Exists) throw Missing();
        if (_counted.Add(file.FullName)) budget.AddContent(file.Length);
        _files.Add(location, file);
        return file;

        ModelFormatException Missing() =>
            fault($"keeps its data in {quoted}, which is not in the folder of the model; move both files together");
    }

    /// <summary>The path without links; null if it leads out of the folder.</summary>
    private string? Follow(string[] parts)
    {
        for (int links = 0; links < MostLinks; links++)
        {
            string path = _folder;
            string? target = null;
            for (int k = 0; k < parts.Length && target is null; k++)
            {
                path = Path.Combine(path, parts[k]);
                target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
                if (target != null) parts = [.. PartsBelow(target) ?? [], .. parts[(k + 1)..]];
                if (target != null && PartsBelow(target) is null) return null;
            }

            if (target is null) return path;
        }

        return null;
    }

    private string[]? PartsBelow(string target)
    {
        string[] parts = Path.GetRelativePath(_folder, target).Split(Path.DirectorySeparatorChar);
        return parts.Contains("..") || Path.IsPathRooted(parts[0]) || parts is ["."] ? null : parts;
    }

    private static string? Entry(TensorProto tensor, string key)
    {
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            if (entry.Key == key) return entry.Value;
        }

        return null;
    }

    private static long Number(TensorProto tensor, string key, long byDefault, Func<string, ModelFormatException> fault)
    {
        if (Entry(tensor, key) is not { } text) return byDefault;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw fault($"has external data whose {key} must be a number, but is {FileText.Quote(text)}");
    }
}
