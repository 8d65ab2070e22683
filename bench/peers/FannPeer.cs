using FastNN.Bench.WholeNetworks;

namespace FastNN.Bench.Peers;

/// <summary>
/// FANN, the C library. It has no forward pass for a batch, which therefore goes sample by sample, as its user must; its training has one.
/// </summary>
internal sealed unsafe class FannPeer : ITrainingPeer
{
    private readonly Problem _problem;
    private readonly float[] _outputs;
    private readonly nint _network, _data;

    internal FannPeer(Problem problem)
    {
        _problem = problem;
        _outputs = new float[problem.Targets.Length];
        _network = Load(problem);

        // FANN's error has no factor 2: it descends (a − y)·f′ where the derivative of (a − y)² is twice that.
        Fann.SetLearningRate(_network, 2f * problem.LearningRate);
        _data = Fann.CreateTrainingData((uint)problem.Batch, (uint)problem.Widths[0], (uint)problem.Widths[^1], Fill);
    }

    /// <summary>What FANN does not have of this kind.</summary>
    internal static string? Lacks(NetworkKind kind)
    {
        Activation[] missing =
            [.. new[] { kind.Hidden, kind.Output }.Distinct().Where(activation => ActivationForms.Of(activation).Fann is null)];
        return missing.Length == 0 ? null : $"it has no {string.Join(" and no ", missing as object[])}";
    }

    public void Forward()
    {
        int inputs = _problem.Widths[0], outputs = _problem.Widths[^1];
        fixed (float* x = _problem.Inputs)
        {
            for (int s = 0; s < _problem.Batch; s++)
            {
                new ReadOnlySpan<float>(Fann.Run(_network, x + s * inputs), outputs).CopyTo(_outputs.AsSpan(s * outputs));
            }
        }
    }

    public void Step()
    {
        if (_problem.Batch > 1)
        {
            Fann.TrainEpoch(_network, _data);
            return;
        }

        fixed (float* x = _problem.Inputs, y = _problem.Targets) Fann.Train(_network, x, y);
    }

    public void ReadOutputs(Span<float> outputs) => _outputs.CopyTo(outputs);

    public void ReadParameters(Span<float> parameters)
    {
        var connections = new Fann.Connection[Fann.GetTotalConnections(_network)];
        fixed (Fann.Connection* first = connections) Fann.GetConnections(_network, first);

        int k = 0;
        foreach (Dense layer in _problem.Layers)
        {
            for (int i = 0; i < layer.Outputs; i++)
            {
                for (int j = 0; j <= layer.Inputs; j++) parameters[layer.Weights + j * layer.Outputs + i] = connections[k++].Weight;
            }
        }
    }

    public void Dispose()
    {
        Fann.DestroyTrainingData(_data);
        Fann.Destroy(_network);
    }

    private static nint Load(Problem problem)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (StreamWriter file = File.CreateText(path)) FannFile.Write(problem, file);
            nint network = Fann.CreateFromFile(path);
            return network != 0
                ? network
                : throw new InvalidDataException($"FANN does not read {problem.Size} from the file written for it.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void Fill(uint sample, uint inputs, uint outputs, float* input, float* output)
    {
        _problem.Inputs.AsSpan((int)(sample * inputs), (int)inputs).CopyTo(new Span<float>(input, (int)inputs));
        _problem.Targets.AsSpan((int)(sample * outputs), (int)outputs).CopyTo(new Span<float>(output, (int)outputs));
    }
}
