using System.Runtime.InteropServices;

namespace FastNN.Bench.Peers;

/// <summary>What is called of FANN, the C library (version 2.2, single precision).</summary>
internal static unsafe partial class Fann
{
    internal const string Library = "libfann.so.2";

    /// <summary>Says where a sample's inputs and outputs come from.</summary>
    internal delegate void FillSample(uint sample, uint inputs, uint outputs, float* input, float* output);

    [LibraryImport(Library, EntryPoint = "fann_create_from_file", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CreateFromFile(string path);

    [LibraryImport(Library, EntryPoint = "fann_destroy")]
    internal static partial void Destroy(nint network);

    [LibraryImport(Library, EntryPoint = "fann_set_learning_rate")]
    internal static partial void SetLearningRate(nint network, float learningRate);

    [LibraryImport(Library, EntryPoint = "fann_get_total_connections")]
    internal static partial uint GetTotalConnections(nint network);

    [LibraryImport(Library, EntryPoint = "fann_get_connection_array")]
    internal static partial void GetConnections(nint network, Connection* connections);

    [LibraryImport(Library, EntryPoint = "fann_run")]
    internal static partial float* Run(nint network, float* inputs);

    [LibraryImport(Library, EntryPoint = "fann_train")]
    internal static partial void Train(nint network, float* inputs, float* targets);

    [LibraryImport(Library, EntryPoint = "fann_create_train_from_callback")]
    internal static partial nint CreateTrainingData(uint samples, uint inputs, uint outputs, FillSample fill);

    [LibraryImport(Library, EntryPoint = "fann_destroy_train")]
    internal static partial void DestroyTrainingData(nint data);

    [LibraryImport(Library, EntryPoint = "fann_train_epoch")]
    internal static partial float TrainEpoch(nint network, nint data);

    /// <summary>A weight, and between which neurons it is; those of a layer are followed by one that is always 1, for the biases.</summary>
    internal readonly record struct Connection(uint From, uint To, float Weight);
}
