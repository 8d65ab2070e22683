using FastNN.Dispatch;

namespace FastNN.Files;

/// <summary>
/// A trainer in a file. The file is that of its network, with more tensors: one [parameters] for each state of the optimizer, in the layout
/// of <see cref="Network.Parameters"/>, and one for the best parameters of a <see cref="FitState"/>. Everything else is in the metadata.
/// </summary>
internal static class Checkpoint
{
    private const string StatePrefix = "optimizer.", Best = "fit.best_parameters";

    /// <summary>Whether a tensor in a file of FastNN belongs to the checkpoint, and not to the network.</summary>
    internal static bool Owns(string tensor) => tensor.StartsWith(StatePrefix, StringComparison.Ordinal) || tensor == Best;

    internal static void Write(Stream stream, Trainer trainer, FitState? state)
    {
        Network network = trainer.Network;
        int parameters = network.Buffer.Length;
        if (state?.BestParameters is { } best && best.Length != parameters)
        {
            throw new ArgumentException(
                $"state.BestParameters must have a length of {parameters}, the network's parameters, but has {best.Length}.",
                nameof(state));
        }

        if (state is not null && CheckpointMetadata.FaultOf(state) is { } fault)
            throw new ArgumentException($"state.{fault}", nameof(state));

        List<SafetensorsTensor> tensors = [];
        foreach (string name in trainer.OptimizerState.Names)
            tensors.Add(new(StatePrefix + name, [parameters], writer => writer.Flat(trainer.OptimizerState[name])));
        if (state?.BestParameters is not null) tensors.Add(new(Best, [parameters], writer => writer.Flat(state.BestParameters)));
        SafetensorsWriter.WriteNetwork(stream, network, () => MetadataOf(trainer, state), tensors);
    }

    private static Dictionary<string, string> MetadataOf(Trainer trainer, FitState? state)
    {
        Dictionary<string, string> metadata = new([.. Fixed(trainer), .. SettingsOf(trainer.Optimizer)])
        {
            [SafetensorsMetadata.LearningRate] = SafetensorsMetadata.Text(trainer.Optimizer.LearningRate),
            [SafetensorsMetadata.Steps] = SafetensorsMetadata.Text(trainer.OptimizerState.Steps),
        };
        if (state is not null) CheckpointMetadata.Add(metadata, state);
        return metadata;
    }

    /// <summary>Reads everything into memory of its own, compares it with the trainer, and only then writes to the trainer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="trainer">Receives what the file holds.</param>
    /// <param name="verify">See <see cref="LoadOptions.Verify"/>.</param>
    /// <param name="keepSettings">Whether the optimizer keeps its settings, whatever the file says.</param>
    internal static FitState? Read(SafetensorsBytes file, Trainer trainer, bool verify, bool keepSettings)
    {
        var reader = new SafetensorsReader(file, new LoadOptions { Verify = verify });
        if (!reader.IsOwn || !reader.Metadata.ContainsKey(SafetensorsMetadata.Optimizer))
            throw new ModelFormatException("The file holds a network, but no state of a trainer.");

        Compare(reader, trainer);
        if (!keepSettings) CompareSettings(reader, trainer);
        float learningRate = reader.Metadata.Number<float>(SafetensorsMetadata.LearningRate);
        if (!(learningRate > 0 && float.IsFinite(learningRate)))
        {
            throw new ModelFormatException(
                $"The learning rate must be finite and greater than 0, but the file says {SafetensorsMetadata.Text(learningRate)}.");
        }

        long steps = reader.Metadata.Number<long>(SafetensorsMetadata.Steps);
        if (steps is < 0 or > OptimizerState.MaxSteps)
        {
            throw new ModelFormatException(
                $"The steps must be at least 0 and at most {OptimizerState.MaxSteps}, but the file says {steps}.");
        }

        FitState? state = CheckpointMetadata.Read(reader.Metadata);
        Dictionary<string, float[]> others = Others(reader, trainer, state);
        if (state is not null && CheckpointMetadata.FaultOf(state) is { } fault)
            throw new ModelFormatException($"The state of a run: {fault}");

        Network read = reader.ReadNetwork(KernelSet.For(trainer.Network.KernelVariant), others);
        RequireBoth(read, trainer.Network);

        read.Parameters.CopyTo(trainer.Network.Parameters);
        if (read.InputStandardizer is { } input) trainer.Network.InputStandardizer!.CopyFrom(input);
        if (read.OutputStandardizer is { } output) trainer.Network.OutputStandardizer!.CopyFrom(output);
        foreach (string name in trainer.OptimizerState.Names) others[StatePrefix + name].CopyTo(trainer.OptimizerState[name]);
        trainer.OptimizerState.Steps = steps;
        if (!keepSettings) trainer.Optimizer.LearningRate = learningRate;
        return state;
    }

    /// <summary>What must be the same in the file and in the trainer.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Fixed(Trainer trainer) =>
    [
        new(SafetensorsMetadata.Cost, $"{trainer.Cost}"),
        new(SafetensorsMetadata.Reduction, $"{trainer.Reduction}"),
        new(SafetensorsMetadata.Optimizer, trainer.Optimizer.Kind),
    ];

    /// <summary>
    /// What must be the same unless the trainer keeps its settings. A schedule of a function is "From(function)", for every function.
    /// </summary>
    private static IEnumerable<KeyValuePair<string, string>> SettingsOf(Optimizer optimizer) =>
    [
        .. optimizer.Settings.Select(
            setting => KeyValuePair.Create($"{SafetensorsMetadata.Optimizer}.{setting.Name}", SafetensorsMetadata.Text(setting.Value))),
        new(SafetensorsMetadata.Schedule, $"{optimizer.Schedule}"),
    ];

    private static void Compare(SafetensorsReader reader, Trainer trainer)
    {
        Network network = trainer.Network;
        int[] widths = [network.Inputs, .. network.Layers.Select(layer => layer.Outputs)];
        Compare("the list of widths", SafetensorsMetadata.Text(reader.Widths), SafetensorsMetadata.Text(widths));
        string activations = SafetensorsMetadata.Text(network.Layers.Select(layer => layer.Activation));
        Compare("the list of activations", SafetensorsMetadata.Text(reader.Activations), activations);
        Compare("the input standardizer", reader.Input, network.InputStandardizer);
        Compare("the output standardizer", reader.Output, network.OutputStandardizer);
        foreach ((string key, string here) in Fixed(trainer)) Compare($"\"{key}\"", reader.Metadata.Require(key), here);
    }

    private static void CompareSettings(SafetensorsReader reader, Trainer trainer)
    {
        bool hasSameStates = reader.Tensors.Count(tensor => tensor.Name.StartsWith(StatePrefix, StringComparison.Ordinal))
            == trainer.OptimizerState.Names.Count;
        string wayOut = hasSameStates
            ? " To continue with the settings of the trainer, load with keepSettings: true."
            : " The states of the optimizer depend on it: create the optimizer with the setting of the file.";
        foreach ((string key, string here) in SettingsOf(trainer.Optimizer))
        {
            Compare($"\"{key}\"", reader.Metadata.Require(key), here, wayOut);
        }
    }

    /// <summary>If the same standardizer is at both ends here, those of the file must be the same too.</summary>
    private static void RequireBoth(Network file, Network here)
    {
        if (here.InputStandardizer is null || here.InputStandardizer != here.OutputStandardizer) return;
        if (file.InputStandardizer!.IsSame(file.OutputStandardizer!)) return;

        throw new ModelFormatException(
            "The file is not of this trainer: its two standardizers differ, but the trainer has one for the inputs and the outputs.");
    }

    private static void Compare(string what, SafetensorsStandardizer? file, Standardizer? here) =>
        Compare(what, file?.Kind ?? SafetensorsStandardizer.None, SafetensorsStandardizer.KindOf(here));

    private static void Compare(string what, string file, string here, string wayOut = "")
    {
        if (file == here) return;

        throw new ModelFormatException(
            $"The file is not of this trainer: {what} is {FileText.Clip(file)} in the file, but {FileText.Clip(here)} in the trainer."
            + wayOut);
    }

    /// <summary>
    /// Memory for the tensors that are not the network's. They must be those of this optimizer and, perhaps, the best parameters.
    /// </summary>
    private static Dictionary<string, float[]> Others(SafetensorsReader reader, Trainer trainer, FitState? state)
    {
        int parameters = trainer.Network.Buffer.Length;
        Dictionary<string, float[]> others = [];
        foreach (SafetensorsEntry tensor in reader.Tensors)
        {
            if (!Owns(tensor.Name)) continue;

            if (tensor.Name != Best && !trainer.OptimizerState.Names.Contains(tensor.Name[StatePrefix.Length..]))
                throw new ModelFormatException($"The {tensor} is not a state of the optimizer.");
            if (tensor.Shape is not [var length] || length != parameters)
                throw new ModelFormatException($"The {tensor} must have one dimension, {parameters} for the network's parameters.");
            others.Add(tensor.Name, new float[parameters]);
        }

        foreach (string name in trainer.OptimizerState.Names)
        {
            if (!others.ContainsKey(StatePrefix + name))
                throw new ModelFormatException($"The file lacks the tensor \"{StatePrefix}{name}\".");
        }

        if (others.TryGetValue(Best, out float[]? best))
            (state ?? throw new ModelFormatException($"The file has the tensor \"{Best}\", but no state of a run.")).BestParameters = best;
        return others;
    }
}
