namespace FastNN.Tests.Model;

/// <summary>A network, and the numbers of one sample in it.</summary>
internal sealed class ModelNetwork
{
    internal ModelNetwork(int[] widths, Function[] functions, float[] parameters)
    {
        Parameters = parameters;
        Layers = new ModelLayer[functions.Length];
        for (int l = 0, start = 0; l < Layers.Length; start += (widths[l] + 1) * widths[l + 1], l++)
            Layers[l] = new ModelLayer(parameters, start, widths[l], widths[l + 1], functions[l]);
    }

    internal float[] Parameters { get; }

    internal ModelLayer[] Layers { get; }

    /// <summary>The standardizer of the inputs; null for none.</summary>
    internal ModelStandardizer? InputStandardizer { get; init; }

    /// <summary>The standardizer of the outputs; null for none.</summary>
    internal ModelStandardizer? OutputStandardizer { get; init; }

    internal int Inputs => Layers[0].Inputs;

    internal int Outputs => Layers[^1].Outputs;

    /// <summary>The outputs of samples, row by row.</summary>
    internal float[] Forward(float[] inputs) => [.. Rows(inputs, Inputs).SelectMany(sample => InUserUnits(Run(sample).Outputs))];

    /// <summary>The numbers of a sample of the user, in the network's own units.</summary>
    internal Activity Run(float[] sample)
    {
        var activity = new Activity(InputStandardizer?.ToOwnUnits(sample) ?? sample, []);
        foreach (ModelLayer layer in Layers)
        {
            float[] z = layer.Sums(activity.Outputs);
            activity.Layers.Add((z, Activations.Values(layer.F, z)));
        }

        return activity;
    }

    /// <summary>The gradient by the inputs of samples, row by row, from that by the outputs. Each sample is alone.</summary>
    internal float[] InputGradient(float[] inputs, float[] outputGradient) =>
        [.. Rows(inputs, Inputs).Zip(Rows(outputGradient, Outputs)).SelectMany(sample => InputGradientOf(sample.First, sample.Second))];

    private float[] InputGradientOf(float[] sample, float[] g)
    {
        Activity activity = Run(sample);
        (float[] z, float[] a) = activity.Layers[^1];
        float[] delta = Costs.Delta(Layers[^1].F, z, a, OutputStandardizer?.GradientToOwnUnits(g) ?? g);
        for (int l = Layers.Length - 1; l > 0; l--)
        {
            (z, a) = activity.Layers[l - 1];
            delta = Deltas.Before(Layers[l], delta, Activations.Slopes(Layers[l - 1].F, z, a), alone: true);
        }

        float[] own = Deltas.Before(Layers[0], delta, [.. activity.Inputs.Select(_ => 1f)], alone: true);
        return InputStandardizer?.GradientToUserUnits(own) ?? own;
    }

    /// <summary>For each sample, row by row, the gradient of each output by the inputs.</summary>
    internal float[] Jacobian(float[] inputs) =>
    [
        .. from sample in Rows(inputs, Inputs)
           from i in Enumerable.Range(0, Outputs)
           from derivative in InputGradientOf(sample, [.. Enumerable.Range(0, Outputs).Select(k => k == i ? 1f : 0f)])
           select derivative,
    ];

    /// <summary>Outputs in the user's units.</summary>
    internal float[] InUserUnits(float[] outputs) => OutputStandardizer?.ToUserUnits(outputs) ?? outputs;

    /// <summary>The rows of an array.</summary>
    internal static IEnumerable<float[]> Rows(float[] array, int width) => array.Chunk(width);

    /// <summary>The sums z and the outputs a of all layers for one sample.</summary>
    internal sealed record Activity(float[] Inputs, List<(float[] Z, float[] A)> Layers)
    {
        internal float[] Outputs => Layers.Count > 0 ? Layers[^1].A : Inputs;

        /// <summary>The inputs of a layer.</summary>
        internal float[] InputsOf(int layer) => layer > 0 ? Layers[layer - 1].A : Inputs;
    }
}
