namespace FastNN.Files;

/// <summary>What holds for files of every format.</summary>
internal static class FileRules
{
    /// <summary>The most layers of a network that is read. Safetensors files are also written with this many at most.</summary>
    internal const int MaxLayers = 1000;
}
