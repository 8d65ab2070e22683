namespace FastNN;

/// <summary>The numbers of a <see cref="FitState"/> in the metadata; its parameters are a tensor.</summary>
internal static class FitMetadata
{
    private const string Prefix = ModelMetadata.Fit + ".";

    internal static void Add(Dictionary<string, string> metadata, FitState state)
    {
        metadata.Add(Prefix + nameof(state.Epoch), ModelMetadata.Text(state.Epoch));
        metadata.Add(Prefix + nameof(state.Step), ModelMetadata.Text(state.Step));
        metadata.Add(Prefix + nameof(state.Samples), ModelMetadata.Text(state.Samples));
        metadata.Add(Prefix + nameof(state.BatchSize), ModelMetadata.Text(state.BatchSize));
        if (state.Seed is { } seed) metadata.Add(Prefix + nameof(state.Seed), ModelMetadata.Text(seed));
        metadata.Add(Prefix + nameof(state.CostSum), ModelMetadata.Text(state.CostSum));
        metadata.Add(Prefix + nameof(state.BestEpoch), ModelMetadata.Text(state.BestEpoch));
        metadata.Add(Prefix + nameof(state.BestCost), ModelMetadata.Text(state.BestCost));
        metadata.Add(Prefix + nameof(state.EpochsWithoutImprovement), ModelMetadata.Text(state.EpochsWithoutImprovement));
    }

    /// <summary>The state, without parameters; null if there is none.</summary>
    /// <exception cref="ModelFormatException">Something is missing or no number.</exception>
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
            BestEpoch = metadata.Number<int>(Prefix + nameof(FitState.BestEpoch)),
            BestCost = metadata.Number<float>(Prefix + nameof(FitState.BestCost)),
            EpochsWithoutImprovement = metadata.Number<int>(Prefix + nameof(FitState.EpochsWithoutImprovement)),
        };
    }
}
