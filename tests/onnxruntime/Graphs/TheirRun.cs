using Microsoft.ML.OnnxRuntime;

namespace FastNN.Tests.Graphs;

/// <summary>A session of ONNX Runtime with one thread.</summary>
internal sealed class TheirRun : IDisposable
{
    private readonly RandomGraph _graph;
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <param name="graph">The graph.</param>
    /// <param name="files">Its files, if it has data beside the model.</param>
    internal TheirRun(RandomGraph graph, GraphFiles? files)
    {
        _graph = graph;
        _options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            GraphOptimizationLevel =
                graph.MayOptimize ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
        };
        _session = files == null ? new InferenceSession(graph.Bytes, _options) : new InferenceSession(files.Model, _options);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }

    /// <summary>The output of the network for samples one after another.</summary>
    internal float[] Run(float[] inputs, int batch)
    {
        GraphEnds ends = _graph.Ends;
        float[] ordered = ends.IsColumns ? Columns(inputs, ends.Width, batch) : inputs;
        var values = new List<OrtValue>();
        try
        {
            foreach ((string name, int type, long[] shape) in _graph.Inputs)
            {
                long[] lengths = Array.ConvertAll(shape, length => length == GraphDraft.Batch ? batch : length);
                values.Add(Create(name == GraphEnds.Input ? ordered : new float[lengths.Aggregate(1L, (a, b) => a * b)], type, lengths));
            }

            using IDisposableReadOnlyCollection<OrtValue> results =
                _session.Run(_run, [.. _graph.Inputs.Select(input => input.Name)], values, [GraphEnds.Output]);
            return Read(results[0]);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    private static OrtValue Create(float[] values, int type, long[] shape) => type switch
    {
        TensorTypes.Double => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, value => (double)value), shape),
        TensorTypes.Half => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, value => (Float16)value), shape),
        TensorTypes.Integer64 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, value => (long)value), shape),
        _ => OrtValue.CreateTensorValueFromMemory(values, shape),
    };

    private static float[] Read(OrtValue value) => (int)value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorTypes.Double => Array.ConvertAll(value.GetTensorDataAsSpan<double>().ToArray(), number => (float)number),
        TensorTypes.Half => Array.ConvertAll(value.GetTensorDataAsSpan<Float16>().ToArray(), number => (float)number),
        _ => value.GetTensorDataAsSpan<float>().ToArray(),
    };

    private static float[] Columns(float[] rows, int width, int batch)
    {
        var columns = new float[rows.Length];
        for (int k = 0; k < rows.Length; k++) columns[k % width * batch + k / width] = rows[k];
        return columns;
    }
}
