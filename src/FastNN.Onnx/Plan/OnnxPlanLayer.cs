namespace FastNN.Onnx;

/// <summary>
/// A layer of the network: a matrix of the graph, or the identity for factors between two activations. Factors and offsets around it become
/// a part of its weights and biases, in double precision; each parameter is rounded once. Without them, parameters keep their bits.
/// </summary>
/// <param name="matrix">The matrix of the graph; null for the identity.</param>
/// <param name="inputs">The width of the inputs.</param>
/// <param name="firstInput">The first input that the matrix reads. Weights of others are 0.</param>
/// <param name="outputs">The width of the outputs.</param>
/// <param name="firstOutput">The first row of sums that is read. Others are cut off.</param>
internal sealed class OnnxPlanLayer(OnnxLayer? matrix, int inputs, int firstInput, int outputs, int firstOutput)
{
    private OnnxCoefficient _inFactor = OnnxCoefficient.One, _inOffset, _outFactor = OnnxCoefficient.One, _outOffset;

    internal int Inputs => inputs;

    internal int Outputs => outputs;

    /// <summary>The operations that reading the weights takes: for the weights, and for what offsets add to the biases.</summary>
    internal long Cost => 2 * (matrix?.Cost ?? 0);

    internal Activation Activation { get; set; } = Activation.Identity;

    /// <summary>What is read is multiplied and shifted before: x′ = factor·x + offset.</summary>
    internal void FoldBefore(OnnxAlgebra algebra, OnnxCoefficient factor, OnnxCoefficient offset)
    {
        if (!offset.IsZero)
            _inOffset = _inOffset.IsZero && _inFactor.IsOne ? offset : algebra.Plus(_inOffset, algebra.Times(_inFactor, offset));
        if (!factor.IsOne) _inFactor = algebra.Times(_inFactor, factor);
    }

    /// <summary>The sums are multiplied and shifted: z′ = factor·z + offset.</summary>
    internal void FoldBehind(OnnxAlgebra algebra, OnnxCoefficient factor, OnnxCoefficient offset)
    {
        if (!factor.IsOne)
        {
            _outFactor = algebra.Times(_outFactor, factor);
            _outOffset = algebra.Times(_outOffset, factor);
        }

        if (!offset.IsZero) _outOffset = _outOffset.IsZero ? offset : algebra.Plus(_outOffset, offset);
    }

    internal void Fill(Layer layer)
    {
        layer.Weights.Clear();
        if (matrix is null) FillIdentity(layer);
        else if (matrix.Alpha == 1f && _inFactor.IsOne && _outFactor.IsOne) CopyWeights(matrix, layer.Weights);
        else FillWeights(matrix, layer.Weights);
        FillBiases(layer.Biases);
    }

    private void FillIdentity(Layer layer)
    {
        for (int j = 0; j < outputs; j++)
            layer.Weights[(firstInput + j) * outputs + j] = (float)(_inFactor[At(_inFactor, j)] * _outFactor[At(_outFactor, j)]);
    }

    /// <summary>Copies weights bit for bit.</summary>
    private void CopyWeights(OnnxLayer source, Span<float> weights)
    {
        ReadOnlySpan<float> floats = source.Floats(out bool isTransposed);
        bool isWhole = inputs == source.Inputs && outputs == source.Outputs;
        if (isWhole && floats.Length == weights.Length && !isTransposed)
        {
            floats.CopyTo(weights);
            return;
        }

        for (int j = 0; j < outputs; j++)
        {
            for (int i = 0; i < source.Inputs; i++)
            {
                weights[(firstInput + i) * outputs + j] = floats.Length > 0 && isTransposed
                    ? floats[(firstOutput + j) * source.Inputs + i]
                    : source.SingleWeight(i, firstOutput + j);
            }
        }
    }

    private void FillWeights(OnnxLayer source, Span<float> weights)
    {
        for (int j = 0; j < outputs; j++)
        {
            double factor = source.Alpha * _outFactor[At(_outFactor, j)];
            for (int i = 0; i < source.Inputs; i++)
            {
                double before = factor * _inFactor[At(_inFactor, i)];
                weights[(firstInput + i) * outputs + j] = (float)(before * source.Weight(i, firstOutput + j));
            }
        }
    }

    private void FillBiases(Span<float> biases)
    {
        for (int j = 0; j < outputs; j++)
        {
            double? sum = SumOfOffsets(j);
            OnnxTensor? own = matrix?.Biases;
            int place = own is null || own.Count == 1 ? 0 : firstOutput + j;
            if (own != null && sum is null && matrix!.Beta == 1f && _outFactor.IsOne && _outOffset.IsZero)
            {
                biases[j] = own.Single(place); // keeps its bits
                continue;
            }

            if (own != null) sum = (sum ?? 0) + (double)matrix!.Beta * own.Real(place);
            double offset = _outOffset[At(_outOffset, j)];
            biases[j] = (float)(sum is { } known ? known * _outFactor[At(_outFactor, j)] + offset : offset);
        }
    }

    /// <summary>What the offsets of the inputs add to a sum; null if there are none.</summary>
    private double? SumOfOffsets(int output)
    {
        if (_inOffset.IsZero) return null;
        if (matrix is null) return _inOffset[At(_inOffset, output)];
        double sum = 0;
        for (int i = 0; i < matrix.Inputs; i++) sum += _inOffset[At(_inOffset, i)] * matrix.Weight(i, firstOutput + output);
        return matrix.Alpha * sum;
    }

    private static int At(OnnxCoefficient coefficient, int place) => coefficient.Count == 1 ? 0 : place;
}
