namespace FastNN.Files;

/// <summary>The tensors of a norm in a file: those whose names differ in the last word alone.</summary>
/// <param name="Mean">The running means; null for a LayerNorm and others that have none.</param>
/// <param name="Variance">The running variances; null together with the means.</param>
/// <param name="Weight">The weights; null if the norm has none.</param>
/// <param name="Bias">The biases; null if the norm has none.</param>
internal sealed record SafetensorsNormGroup(
    SafetensorsEntry? Mean, SafetensorsEntry? Variance, SafetensorsEntry? Weight, SafetensorsEntry? Bias)
{
    private const string PyTorchMean = "running_mean", PyTorchVariance = "running_var", Batches = "num_batches_tracked";
    private const string KerasMean = "moving_mean", KerasVariance = "moving_variance", Gamma = "gamma", Beta = "beta", Scale = "scale";

    /// <summary>A tensor that is there. It stands for the group.</summary>
    internal SafetensorsEntry First => Mean ?? Variance ?? Weight!;

    /// <summary>The name of the norm.</summary>
    internal ReadOnlySpan<char> Name => new SafetensorsName(First.Name).Owner;

    /// <summary>Whether the norm has running statistics, as a BatchNorm has.</summary>
    internal bool IsBatchNorm => Mean is not null || Variance is not null;

    /// <summary>The number of values.</summary>
    internal long Length => First.Shape.Aggregate(1L, (size, dimension) => size * dimension);

    /// <summary>Whether a tensor is of a norm: it has running statistics, or it is a vector of weights.</summary>
    internal static bool Has(SafetensorsEntry tensor) => IsStatistic(tensor)
        || tensor.Shape is [_] && new SafetensorsName(tensor.Name) is { IsNumbered: false, Word: SafetensorsName.Weight or Gamma or Scale };

    /// <summary>Whether a tensor has running statistics.</summary>
    internal static bool IsStatistic(SafetensorsEntry tensor) =>
        new SafetensorsName(tensor.Name).Word is PyTorchMean or PyTorchVariance or KerasMean or KerasVariance;

    /// <summary>Takes the norm of this name; null if there is none with running statistics.</summary>
    internal static SafetensorsNormGroup? Take(SafetensorsTensors tensors, string name)
    {
        foreach (string separator in (ReadOnlySpan<string>)(name.Length == 0 ? [""] : [".", "/"]))
        {
            foreach (string word in (ReadOnlySpan<string>)[PyTorchMean, PyTorchVariance, KerasMean, KerasVariance])
            {
                string end = separator + word;
                if ((tensors.Find(name, end) ?? tensors.Find(name, end, SafetensorsName.KerasTail)) is { } one) return Take(tensors, one);
            }
        }

        return null;
    }

    /// <summary>Takes all tensors of the norm that has this one.</summary>
    internal static SafetensorsNormGroup Take(SafetensorsTensors tensors, SafetensorsEntry one)
    {
        _ = Any(Batches);
        return new SafetensorsNormGroup(
            Any(PyTorchMean, KerasMean), Any(PyTorchVariance, KerasVariance), Any(SafetensorsName.Weight, Gamma, Scale),
            Any(SafetensorsName.Bias, Beta));

        SafetensorsEntry? Any(params ReadOnlySpan<string> words)
        {
            var name = new SafetensorsName(one.Name);
            foreach (string word in words)
            {
                if (tensors.Take(name.Group, word, name.Tail) is { } tensor) return tensor;
            }

            return null;
        }
    }
}
