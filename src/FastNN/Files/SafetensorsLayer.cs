namespace FastNN.Files;

/// <summary>The tensors of a layer: W, and b [n_out], null if the layer has none.</summary>
/// <param name="weight">W.</param>
/// <param name="bias">b. It may also be [1, n_out] or [n_out, 1].</param>
internal sealed class SafetensorsLayer(SafetensorsEntry weight, SafetensorsEntry? bias)
{
    internal SafetensorsEntry Weight => weight;

    internal SafetensorsEntry? Bias => bias;

    /// <summary>The name of the layer.</summary>
    internal ReadOnlySpan<char> Name => new SafetensorsName(weight.Name).Layer;

    /// <summary>The order of the dimensions of W. For [1, 1], it does not matter.</summary>
    internal SafetensorsOrder Order { get; set; } =
        weight.Shape is [1, 1] ? SafetensorsOrder.OutputsFirst : new SafetensorsName(weight.Name).Order;

    internal int Inputs => (int)InputsAs(Order);

    internal int Outputs => (int)OutputsAs(Order);

    /// <summary>
    /// The name of a layer's weights in a file of FastNN. It is the name in an nn.Sequential in which one module follows each Linear.
    /// </summary>
    internal static string WeightOf(int layer) => $"{2 * layer}.{SafetensorsName.Weight}";

    /// <summary>The name of a layer's biases in a file of FastNN.</summary>
    internal static string BiasOf(int layer) => $"{2 * layer}.{SafetensorsName.Bias}";

    /// <summary>Whether a tensor is a vector: [n], [1, n] or [n, 1].</summary>
    internal static bool IsVector(SafetensorsEntry tensor, long length) =>
        length == tensor.Shape switch
        {
            [var n] => n,
            [1, var n] => n,
            [var n, 1] => n,
            _ => -1,
        };

    internal long InputsAs(SafetensorsOrder order) => weight.Shape[order == SafetensorsOrder.InputsFirst ? 0 : 1];

    internal long OutputsAs(SafetensorsOrder order) => weight.Shape[order == SafetensorsOrder.InputsFirst ? 1 : 0];

    /// <summary>Whether the biases fit, if W has this order.</summary>
    internal bool FitsBias(SafetensorsOrder order) => bias is null || IsVector(bias, OutputsAs(order));

    /// <summary>Checks what the layer itself can say: the number of dimensions, and the types.</summary>
    /// <exception cref="ModelFormatException">It is no layer.</exception>
    internal void Check()
    {
        if (weight.Shape is not [>= 1 and <= int.MaxValue, >= 1 and <= int.MaxValue] || weight.Members is < 1 or > int.MaxValue)
            throw new ModelFormatException(DimensionsOf(weight, weight.Members is not null));
        CheckType(weight);
        if (bias is not null) CheckType(bias);
    }

    /// <summary>Which dimensions weights must have, for a message.</summary>
    internal static string DimensionsOf(SafetensorsEntry weight, bool isEnsemble) =>
        $"The {weight} must have {(isEnsemble ? "three dimensions, members, outputs" : "two dimensions, outputs")} and inputs, "
        + "of at least 1.";

    /// <summary>Checks that the numbers of a tensor can be read.</summary>
    /// <exception cref="ModelFormatException">They have another type.</exception>
    internal static void CheckType(SafetensorsEntry tensor)
    {
        if (tensor.Type == SafetensorsType.Other)
            throw new ModelFormatException($"The {tensor} must be of type F32, F16, BF16 or F64, the types that are read.");
    }
}
