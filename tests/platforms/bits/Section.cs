using FastNN.Bits.Sections;

namespace FastNN.Bits;

/// <summary>A part of the library, with the name of its line among the expected sums.</summary>
/// <param name="Name">The name.</param>
/// <param name="Run">Adds what it computes to a sum.</param>
internal sealed record Section(string Name, Action<Work, Hash> Run)
{
    internal static Section[] All { get; } =
    [
        new("initializers", Networks.Initializers),
        new("activations", Functions.Activations),
        new("slopes", Functions.Slopes),
        new("kernels", Layers.Run),
        new("forward", Networks.Forward),
        new("served", Networks.Served),
        new("training", Trainings.Steps),
        new("costs", Trainings.Costs),
        new("gradients", Trainings.Gradients),
        new("optimizers", Trainings.Optimizers),
        new("schedules", Schedules.Run),
        new("fit", Fits.Run),
        new("splits", Fits.Splits),
        new("digits", Digits.Run),
        new("metrics", Fits.Measures),
        new("files", ModelFiles.Safetensors),
        new("onnx", ModelFiles.Onnx),
        new("special", SpecialValues.Run),
        new("following", Functions.Following),
        new("standardizers", Standardizers.Run),
        new("segments", Trainings.Segments),
        new("weights", Weights.Run),
        new("othercosts", OtherCosts.Run),
        new("derivatives", Derivatives.Run),
        new("secondorder", SecondOrder.Run),
        new("ensembles", Populations.Run),
    ];
}
