using static System.FormattableString;

namespace FastNN.Files;

/// <summary>The numbers of a <see cref="FitState"/> in the metadata. Its parameters are a tensor.</summary>
internal static class CheckpointMetadata
{
    private const string Prefix = SafetensorsMetadata.Fit + ".";

    /// <summary>
    /// What is wrong with a state by itself, whatever else is given to <see cref="Trainer.Fit"/>; null if nothing is wrong.
    /// </summary>
    internal static string? FaultOf(FitState state)
    {
        foreach ((string name, int value) in ((string, int)[])[
            (nameof(state.Epoch), state.Epoch), (nameof(state.Step), state.Step), (nameof(state.Samples), state.Samples),
            (nameof(state.BatchSize), state.BatchSize), (nameof(state.EpochsWithoutImprovement), state.EpochsWithoutImprovement)])
        {
            if (value < 0) return Invariant($"{name} must be at least 0, but is {value}.");
        }

        return state.BestEpoch < 0 || state.BestEpoch > state.Epoch
                ? Invariant($"{nameof(state.BestEpoch)} must be at least 0 and at most Epoch, {state.Epoch}, but is {state.BestEpoch}.")
            : state.BestEpoch == 0 && state.BestParameters is not null
                ? $"{nameof(state.BestEpoch)} must be at least 1 if there are BestParameters, but is 0."
            : !double.IsFinite(state.CostSum) ? Invariant($"{nameof(state.CostSum)} must be finite, but is {state.CostSum}.")
            : !(state.WeightSum >= 0 && double.IsFinite(state.WeightSum))
                ? Invariant($"{nameof(state.WeightSum)} must be finite and at least 0, but is {state.WeightSum}.")
            : state.BestEpoch > 0 && !float.IsFinite(state.BestCost)
                ? Invariant($"{nameof(state.BestCost)} must be finite while BestEpoch is not 0, but is {state.BestCost}.")
            : state.BestTrainingCost is { } cost && !float.IsFinite(cost)
                ? Invariant($"{nameof(state.BestTrainingCost)} must be finite, but is {cost}.")
            : null;
    }

    internal static void Add(Dictionary<string, string> metadata, FitState state)
    {
        metadata.Add(Prefix + nameof(state.Epoch), SafetensorsMetadata.Text(state.Epoch));
        metadata.Add(Prefix + nameof(state.Step), SafetensorsMetadata.Text(state.Step));
        metadata.Add(Prefix + nameof(state.Samples), SafetensorsMetadata.Text(state.Samples));
        metadata.Add(Prefix + nameof(state.BatchSize), SafetensorsMetadata.Text(state.BatchSize));
        if (state.Seed is { } seed) metadata.Add(Prefix + nameof(state.Seed), SafetensorsMetadata.Text(seed));
        metadata.Add(Prefix + nameof(state.CostSum), SafetensorsMetadata.Text(state.CostSum));
        if (state.WeightSum != 0) metadata.Add(Prefix + nameof(state.WeightSum), SafetensorsMetadata.Text(state.WeightSum));
        metadata.Add(Prefix + nameof(state.BestEpoch), SafetensorsMetadata.Text(state.BestEpoch));
        metadata.Add(Prefix + nameof(state.BestCost), SafetensorsMetadata.Text(state.BestCost));
        if (state.BestTrainingCost is { } cost) metadata.Add(Prefix + nameof(state.BestTrainingCost), SafetensorsMetadata.Text(cost));
        metadata.Add(Prefix + nameof(state.EpochsWithoutImprovement), SafetensorsMetadata.Text(state.EpochsWithoutImprovement));
    }

    /// <summary>The state, without parameters; null if there is none.</summary>
    /// <exception cref="ModelFormatException">A number is missing, or a value is not a number.</exception>
    internal static FitState? Read(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.Keys.Any(key => key.StartsWith(Prefix, StringComparison.Ordinal))) return null;

        return new FitState
        {
            Epoch = metadata.Number<int>(Prefix + nameof(FitState.Epoch)),
            Step = metadata.Number<int>(Prefix + nameof(FitState.Step)),
            Samples = metadata.Number<int>(Prefix + nameof(FitState.Samples)),
            BatchSize = metadata.Number<int>(Prefix + nameof(FitState.BatchSize)),
            Seed = metadata.ContainsKey(Prefix + nameof(FitState.Seed)) ? metadata.Number<int>(Prefix + nameof(FitState.Seed)) : null,
            CostSum = metadata.Number<double>(Prefix + nameof(FitState.CostSum)),
            WeightSum = metadata.ContainsKey(Prefix + nameof(FitState.WeightSum))
                ? metadata.Number<double>(Prefix + nameof(FitState.WeightSum))
                : 0,
            BestEpoch = metadata.Number<int>(Prefix + nameof(FitState.BestEpoch)),
            BestCost = metadata.Number<float>(Prefix + nameof(FitState.BestCost)),
            BestTrainingCost = metadata.ContainsKey(Prefix + nameof(FitState.BestTrainingCost))
                ? metadata.Number<float>(Prefix + nameof(FitState.BestTrainingCost)) : null,
            EpochsWithoutImprovement = metadata.Number<int>(Prefix + nameof(FitState.EpochsWithoutImprovement)),
        };
    }
}
