using FastNN.Bench.Ensembles;
using static TorchSharp.torch;

namespace FastNN.Bench.Peers;

/// <summary>
/// The members of an ensemble in libtorch, on one thread. Parameters are stacked, W as [members, in, out] and b as [members, 1, out]. One
/// call then computes a layer of all members.
/// </summary>
internal sealed class LibtorchMembers : IDisposable
{
    private readonly Tensor _inputs;
    private readonly List<Tensor> _weights = [], _biases = [];
    private readonly bool _fused;
    private Tensor _outputs;

    /// <param name="task">The widths, the members and the batch.</param>
    /// <param name="networks">The members.</param>
    /// <param name="inputs">[members, batch, in].</param>
    /// <param name="fused">Whether <c>baddbmm</c> adds the biases, or an addition after <c>bmm</c>.</param>
    internal LibtorchMembers(EnsembleTask task, Network[] networks, float[] inputs, bool fused)
    {
        set_num_threads(1);
        _fused = fused;
        _inputs = tensor(inputs, [task.Members, task.Batch, task.Widths[0]]);
        _outputs = empty(0);
        int start = 0;
        for (int l = 1; l < task.Widths.Length; l++)
        {
            var layer = new Dense(task.Widths[l - 1], task.Widths[l], start);
            float[] weights = [.. networks.SelectMany(network => layer.WeightsOf(network.Parameters).ToArray())];
            float[] biases = [.. networks.SelectMany(network => layer.BiasesOf(network.Parameters).ToArray())];
            _weights.Add(tensor(weights, [task.Members, layer.Inputs, layer.Outputs]));
            _biases.Add(tensor(biases, [task.Members, 1, layer.Outputs]));
            start = layer.End;
        }
    }

    internal void Forward()
    {
        using IDisposable scope = NewDisposeScope(), inference = inference_mode();
        _outputs.Dispose();
        Tensor a = _inputs;
        for (int l = 0; l < _weights.Count; l++)
            a = (_fused ? baddbmm(_biases[l], a, _weights[l]) : bmm(a, _weights[l]).add_(_biases[l])).sigmoid_();
        _outputs = a.MoveToOuterDisposeScope();
    }

    /// <summary>[members, batch, out].</summary>
    internal float[] ReadOutputs() => _outputs.data<float>().ToArray();

    public void Dispose()
    {
        _inputs.Dispose();
        _outputs.Dispose();
        foreach (Tensor parameters in _weights.Concat(_biases)) parameters.Dispose();
    }
}
