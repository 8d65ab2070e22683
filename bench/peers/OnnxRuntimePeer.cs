using FastNN.Bench.Machine;
using FastNN.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace FastNN.Bench.Peers;

/// <summary>
/// ONNX Runtime on one thread, with inputs and outputs bound once, so that a call copies and allocates nothing that it need not. That the
/// model leaves the batch size open costs it no time.
/// </summary>
internal sealed class OnnxRuntimePeer : IPeer
{
    private readonly SessionOptions _options = new()
    {
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
    };

    private readonly RunOptions _run = new();
    private readonly InferenceSession _session;
    private readonly OrtValue _boundInputs, _boundOutputs;
    private readonly OrtIoBinding _binding;
    private readonly float[] _outputs;

    /// <exception cref="NotSupportedException">The process uses narrower vectors than the processor has.</exception>
    internal OnnxRuntimePeer(Problem problem)
    {
        if (Cpu.WidestInUse < Cpu.Widest)
            throw new NotSupportedException("it uses the widest vectors of the processor, whatever .NET is told");

        _outputs = new float[problem.Targets.Length];
        using var model = new MemoryStream();
        OnnxModel.Save(problem.CreateNetwork(), model);
        _session = new InferenceSession(model.ToArray(), _options);
        _boundInputs = OrtValue.CreateTensorValueFromMemory(problem.Inputs, [problem.Batch, problem.Widths[0]]);
        _boundOutputs = OrtValue.CreateTensorValueFromMemory(_outputs, [problem.Batch, problem.Widths[^1]]);
        _binding = _session.CreateIoBinding();
        _binding.BindInput(OnnxModel.InputName, _boundInputs);
        _binding.BindOutput(OnnxModel.OutputName, _boundOutputs);
    }

    public void Forward() => _session.RunWithBinding(_run, _binding);

    public void ReadOutputs(Span<float> outputs) => _outputs.CopyTo(outputs);

    public void Dispose()
    {
        _binding.Dispose();
        _boundInputs.Dispose();
        _boundOutputs.Dispose();
        _session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }
}
