namespace FastNN.Bench.Peers;

/// <summary>This library through its public face, on the kernels that it takes by itself.</summary>
internal sealed class FastNNPeer : ITrainingPeer
{
    private readonly Problem _problem;
    private readonly Network _network;
    private readonly Trainer _trainer;
    private readonly float[] _outputs;

    internal FastNNPeer(Problem problem)
    {
        _problem = problem;
        _network = problem.CreateNetwork();
        Optimizer optimizer = problem.Kind.Adam
            ? new Adam(problem.LearningRate, Problem.Beta1, Problem.Beta2, Problem.Epsilon)
            : new Sgd(problem.LearningRate);
        _trainer = new Trainer(_network, optimizer, problem.Kind.Cost);
        _outputs = new float[problem.Targets.Length];
    }

    public void Forward() => _network.Forward(_problem.Inputs, _outputs);

    public void Step() => _trainer.Step(_problem.Inputs, _problem.Targets);

    public void ReadOutputs(Span<float> outputs) => _outputs.CopyTo(outputs);

    public void ReadParameters(Span<float> parameters) => _network.Parameters.CopyTo(parameters);

    public void Dispose()
    {
    }
}
