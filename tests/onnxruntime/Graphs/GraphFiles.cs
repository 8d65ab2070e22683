namespace FastNN.Tests.Graphs;

/// <summary>A model and its data file, in a folder of their own. The folder goes with this object.</summary>
internal sealed class GraphFiles : IDisposable
{
    /// <summary>The name of the file with data, beside the model.</summary>
    internal const string Weights = "model.onnx.data";

    private readonly string _folder = Directory.CreateTempSubdirectory("fastnn-graph-").FullName;

    internal GraphFiles(RandomGraph graph)
    {
        File.WriteAllBytes(Model, graph.Bytes);
        File.WriteAllBytes(Path.Combine(_folder, Weights), graph.External);
    }

    internal string Model => Path.Combine(_folder, "model.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
