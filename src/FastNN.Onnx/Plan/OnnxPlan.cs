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
}
