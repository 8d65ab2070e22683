using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FastNN.Bench.Peers;

/// <summary>
/// libtorch on one thread, as a user of PyTorch writes it: Sequential, autograd, and the optimizer. A classifier learns from its logits and
/// the numbers of the classes; its softmax is for predictions alone.
/// </summary>
internal sealed class LibtorchPeer : ITrainingPeer
{
    private readonly Problem _problem;
    private readonly Linear[] _layers;
    private readonly Sequential _network;
    private readonly optim.Optimizer _optimizer;
    private readonly Tensor _inputs, _targets;
    private Tensor _outputs = empty(0);

    private LibtorchPeer(Problem problem)
    {
        set_num_threads(1);
        _problem = problem;
        _layers = [.. problem.Layers.Select(layer => nn.Linear(layer.Inputs, layer.Outputs))];
        _network = nn.Sequential(_layers.SelectMany(
            (layer, l) => (nn.Module<Tensor, Tensor>[])[layer, .. ModulesOf(problem.ActivationOf(l))]));

        // The mean over samples and outputs in one operation, and the division by the outputs undone here: faster than a sum and a
        // division.
        float rate = problem.LearningRate * (Classifies ? 1 : problem.Widths[^1]);
        _optimizer = problem.Kind.Adam
            ? optim.Adam(_network.parameters(), rate, Problem.Beta1, Problem.Beta2, Problem.Epsilon)
            : optim.SGD(_network.parameters(), rate);
        _inputs = tensor(problem.Inputs, [problem.Batch, problem.Widths[0]]);
        Tensor targets = tensor(problem.Targets, [problem.Batch, problem.Widths[^1]]);
        _targets = Classifies ? targets.argmax(1) : targets;
        WriteParameters();
    }

    /// <summary>
    /// Loads the native libraries first: an exception then says what is missing. TorchSharp would copy the whole package beside the
    /// program, try again, and tell about it on the console.
    /// </summary>
    internal static void LoadLibraries()
    {
        NativeLibrary.Load("torch_cpu", typeof(torch).Assembly, null);
        NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
    }

    /// <summary>The libraries, and the problem.</summary>
    internal static LibtorchPeer Load(Problem problem)
    {
        LoadLibraries();
        return new LibtorchPeer(problem);
    }

    private bool Classifies => CostForms.Of(_problem.Kind.Cost).TakesSums;

    public void Forward()
    {
        using IDisposable inference = inference_mode();
        _outputs.Dispose();
        _outputs = _network.forward(_inputs);
        if (!Classifies) return;

        using Tensor logits = _outputs;
        _outputs = logits.softmax(1);
    }

    public void Step()
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.zero_grad();
        Tensor outputs = _network.forward(_inputs);
        Tensor cost = ActivationForms.Required(CostForms.Of(_problem.Kind.Cost).Libtorch, _problem.Kind.Cost)(outputs, _targets);
        cost.backward();
        _optimizer.step();
    }

    public void ReadOutputs(Span<float> outputs) => _outputs.data<float>().CopyTo(outputs);

    /// <summary>Linear.weight is [out, in], the transpose of ours.</summary>
    public void ReadParameters(Span<float> parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        foreach ((Dense layer, Linear linear) in _problem.Layers.Zip(_layers))
        {
            linear.weight.t().contiguous().data<float>().CopyTo(layer.WeightsOf(parameters));
            linear.bias!.data<float>().CopyTo(layer.BiasesOf(parameters));
        }
    }

    public void Dispose()
    {
        _outputs.Dispose();
        _inputs.Dispose();
        _targets.Dispose();
        _optimizer.Dispose();
        _network.Dispose();
    }

    private static nn.Module<Tensor, Tensor>[] ModulesOf(Activation f) => ActivationForms.Required(ActivationForms.Of(f).Libtorch, f)();

    private void WriteParameters()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        foreach ((Dense layer, Linear linear) in _problem.Layers.Zip(_layers))
        {
            linear.weight.copy_(tensor(_problem.Parameters[layer.Weights..layer.Biases], [layer.Inputs, layer.Outputs]).t());
            linear.bias!.copy_(tensor(_problem.Parameters[layer.Biases..layer.End]));
        }
    }
}
