using Microsoft.ML.OnnxRuntime;

namespace FastNN.Tests.Odd;

/// <summary>A session of ONNX Runtime with one thread, for an input "x" and one output.</summary>
internal sealed class OddSession : IDisposable
{
    private readonly SessionOptions _options = new()
    {
        IntraOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
    };

    private readonly RunOptions _run = new();

    private readonly InferenceSession _session;

    internal OddSession(byte[] model) => _session = new InferenceSession(model, _options);

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }

    internal float[] Run(float[] inputs, long[] shape)
    {
        using OrtValue x = OrtValue.CreateTensorValueFromMemory(inputs, shape);
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, ["x"], [x], _session.OutputNames);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
