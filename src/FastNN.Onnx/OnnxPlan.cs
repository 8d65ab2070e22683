namespace FastNN.Onnx;

/// <summary>
/// A network as the graph describes it: layers, and what is done to its inputs and outputs in the units of the user. The parameters are
/// made only after the memory for them has been booked.
/// </summary>
internal sealed class OnnxPlan
{
    internal List<OnnxPlanLayer> Layers { get; } = [];

    /// <summary>The means of the inputs, x′ = (x − mean)·factor; null if the inputs are taken as they are.</summary>
    internal float[]? InputMean { get; set; }

    internal float[]? InputFactor { get; set; }

    /// <summary>The means of the outputs, y = y′/factor + mean; null if the outputs are given as they are.</summary>
    internal float[]? OutputMean { get; set; }

    internal float[]? OutputFactor { get; set; }

    internal long Parameters => Layers.Sum(layer => (long)layer.Inputs * layer.Outputs + layer.Outputs);

    /// <summary>Puts what is done to inputs and outputs into the first and the last layer.</summary>
    internal void Fold(OnnxAlgebra algebra)
    {
        if (InputMean is { } mean && InputFactor is { } factor)
        {
            OnnxCoefficient scale = Doubles(factor), shift = algebra.Map(Doubles(mean), scale, (m, f) => -m * f);
            Layers[0].FoldBefore(algebra, scale, shift);
            (InputMean, InputFactor) = (null, null);
        }

        if (OutputMean is { } outputMean && OutputFactor is { } divisor)
        {
            Layers[^1].FoldBehind(algebra, algebra.Inverse(Doubles(divisor)), Doubles(outputMean));
            (OutputMean, OutputFactor) = (null, null);
        }
    }

    private static OnnxCoefficient Doubles(float[] values) => new(Array.ConvertAll(values, value => (double)value));
}
