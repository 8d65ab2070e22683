using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FastNN.Bench.Peers;

/// <summary>libtorch on one thread, as a user of PyTorch writes it: Sequential, autograd, and the optimizer SGD.</summary>
internal sealed class LibtorchPeer : ITrainingPeer
{
    private readonly Problem _problem;
    private readonly Linear[] _layers;
    private readonly Sequential _network;
    private readonly SGD _optimizer;
    private readonly Tensor _inputs, _targets;
    private Tensor _outputs = empty(0);

    private LibtorchPeer(Problem problem)
    {
        set_num_threads(1);
        _problem = problem;
        _layers = [.. problem.Layers.Select(layer => nn.Linear(layer.Inputs, layer.Outputs))];
        _network = nn.Sequential(_layers.SelectMany<Linear, nn.Module<Tensor, Tensor>>(layer => [layer, nn.Sigmoid()]));

        // The mean over samples and outputs in one operation, and the division by the outputs undone here: faster than a sum and a division.
        _optimizer = optim.SGD(_network.parameters(), problem.LearningRate * problem.Widths[^1]);
        _inputs = tensor(problem.Inputs, [problem.Batch, problem.Widths[0]]);
        _targets = tensor(problem.Targets, [problem.Batch, problem.Widths[^1]]);
        WriteParameters();
    }

    /// <summary>
    /// Loads the native libraries first: an exception then says what is missing. TorchSharp would copy the whole package beside the program,
    /// try again, and tell about it on the console.
    /// </summary>
    internal static LibtorchPeer Load(Problem problem)
    {
        NativeLibrary.Load("torch_cpu", typeof(torch).Assembly, null);
        NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
        return new LibtorchPeer(problem);
    }

    public void Forward()
    {
        using IDisposable inference = inference_mode();
        _outputs.Dispose();
        _outputs = _network.forward(_inputs);
    }

    public void Step()
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.zero_grad();
        Tensor cost = nn.functional.mse_loss(_network.forward(_inputs), _targets);
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
