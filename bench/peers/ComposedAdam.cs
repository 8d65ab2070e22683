using System.Numerics.Tensors;

namespace FastNN.Bench.Peers;

/// <summary>
/// Adam composed of the calls of System.Numerics.Tensors, block by block, so that what they pass on to each other stays in the L1 cache.
/// </summary>
internal sealed class ComposedAdam(Problem problem) : IDisposable
{
    private const int Block = 1024;
    private readonly AlignedFloats _first = new(problem.Parameters.Length), _second = new(problem.Parameters.Length), _block = new(Block);
    private int _steps;

    /// <summary>One update by a gradient, which is scaled in place.</summary>
    internal void Update(Span<float> parameters, Span<float> gradient, float scale)
    {
        _steps++;
        float rate = -problem.LearningRate / (1f - MathF.Pow(Problem.Beta1, _steps)),
            correction = 1f / MathF.Sqrt(1f - MathF.Pow(Problem.Beta2, _steps));
        for (int start = 0; start < parameters.Length; start += Block)
        {
            var range = new Range(start, Math.Min(start + Block, parameters.Length));
            Span<float> w = parameters[range], g = gradient[range], m = _first.Span[range], v = _second.Span[range],
                x = _block.Span[..g.Length];
            TensorPrimitives.Multiply(g, scale, g);
            TensorPrimitives.Multiply(m, Problem.Beta1, m);
            TensorPrimitives.MultiplyAdd(g, 1f - Problem.Beta1, m, m);
            TensorPrimitives.Multiply(g, g, x);
            TensorPrimitives.Multiply(v, Problem.Beta2, v);
            TensorPrimitives.MultiplyAdd(x, 1f - Problem.Beta2, v, v);
            TensorPrimitives.Sqrt<float>(v, x);
            TensorPrimitives.Multiply(x, correction, x);
            TensorPrimitives.Add(x, Problem.Epsilon, x);
            TensorPrimitives.Divide<float>(m, x, x);
            TensorPrimitives.MultiplyAdd(x, rate, w, w);
        }
    }

    public void Dispose()
    {
        foreach (AlignedFloats floats in (AlignedFloats[])[_first, _second, _block]) floats.Dispose();
    }
}
