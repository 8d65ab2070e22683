namespace FastNN.Passes;

/// <summary>What the passes take of a batch, weighted or not.</summary>
internal readonly unsafe struct PassBatch(TrainingPasses passes, float* x, float* y, int samples, float scale, double divisor)
{
    internal readonly TrainingPasses Passes = passes;

    /// <summary>Inputs and targets. Inputs of one sample are in the network's own units.</summary>
    internal readonly float* X = x, Y = y;

    internal readonly int Samples = samples;

    /// <summary>The factor of the sum of the samples' gradients.</summary>
    internal readonly float Scale = scale;

    /// <summary>The same batch for other passes.</summary>
    internal PassBatch Under(TrainingPasses others) => new(others, X, Y, Samples, Scale, divisor);

    /// <summary>The cost of the batch, from the sum of the costs of its samples.</summary>
    internal float Reduce(double sum) => (float)ReduceExactly(sum);

    /// <summary>The same in double precision.</summary>
    internal double ReduceExactly(double sum) => sum / divisor;
}
