using Xunit;

namespace FastNN.Tests.Model;

/// <summary>A random network with random samples and options.</summary>
internal sealed class FitRun
{
    internal FitRun(Draws draws, LearningRateSchedule? schedule = null, bool secondOrder = false)
    {
        CostFunction cost = draws.Maybe ? CostFunction.SquaredError : CostFunction.CrossEntropy;
        int[] widths = draws.Widths(12);
        Function last = cost == CostFunction.CrossEntropy ? Function.Softmax : Function.Identity;
        if (last == Function.Softmax) widths[^1] = Math.Max(2, widths[^1]); // a trainer refuses one output
        Function[] functions = draws.Functions(widths.Length - 1, last);
        var pair = new Pair(widths, functions, draws.Ordinary(Pair.Count(widths)), draws.One(Kernels.Supported));
        (Rule rule, Optimizer optimizer) = secondOrder
            ? Optimizers.DrawLbfgs(draws)
            : Optimizers.Draw(
                draws, draws.Below(Optimizers.Kinds), (LearningRates.Constant, schedule ?? LearningRateSchedule.Constant));
        bool mean = draws.Maybe;
        Model = new ModelTrainer(pair.Model, rule, cost, mean);
        Library = new Trainer(pair.Library, optimizer, Pair.Of(cost), mean ? Reduction.Mean : Reduction.Sum, 1 + draws.Below(2));
        if (draws.Below(6) == 0) SpoilAState();
        if (secondOrder && draws.Below(6) == 0) SpoilAParameter(draws);
        int samples = 5 + draws.Below(25);
        (X, Y) = (draws.Ordinary(samples * widths[0]), draws.Targets(cost, samples, widths[^1]));
        Options = DrawOptions(draws, widths, cost, samples, cut: schedule is not null);
    }

    internal ModelTrainer Model { get; }

    internal Trainer Library { get; private set; }

    internal float[] X { get; }

    internal float[] Y { get; }

    internal ModelFitOptions Options { get; }

    internal FitOptions LibraryOptions(Func<EpochReport, bool>? epochDone = null) => new()
    {
        Epochs = Options.Epochs,
        BatchSize = Options.BatchSize,
        Seed = Options.Seed,
        Shuffle = Options.Shuffle,
        ValidationSplit = Options.ValidationSplit,
        ValidationInputs = Options.ValidationInputs,
        ValidationTargets = Options.ValidationTargets,
        SampleWeights = Options.SampleWeights,
        ValidationWeights = Options.ValidationWeights,
        ClassWeights = Options.ClassWeights,
        MinImprovement = Options.MinImprovement,
        Patience = Options.Patience,
        RestoreBest = Options.RestoreBest,
        EpochDone = epochDone,
    };

    /// <summary>Puts a new trainer in the place of the library's. It has only what a file of the old one has.</summary>
    internal FitState LoadFromAFile(FitState state)
    {
        using var file = new MemoryStream();
        Library.Save(file, state);
        file.Position = 0;
        Network network = Library.Network.Clone();
        network.Parameters.Clear();
        Library = new Trainer(network, Library.Optimizer, Library.Cost, Library.Reduction);
        return Library.Load(file)!;
    }

    internal void CompareTrainers(string what)
    {
        Same.Bits(Model.Network.Parameters, Library.Network.Parameters, $"parameters, {what}");
        Assert.Equal(Model.Updates, Library.OptimizerState.Steps);
        foreach ((string name, float[] state) in Library.OptimizerState.Names.Zip(Model.Rule.States))
            Same.Bits(state, Library.OptimizerState[name], $"{name}, {what}");
    }

    /// <summary>Draws options. A run that a test cuts off does not stop by EpochDone.</summary>
    private static ModelFitOptions DrawOptions(Draws draws, int[] widths, CostFunction cost, int samples, bool cut)
    {
        int validation = draws.Below(3);
        return new ModelFitOptions
        {
            Epochs = 1 + draws.Below(9),
            BatchSize = 1 + draws.Below(samples + 3),
            Seed = draws.Below(100) - 50,
            Shuffle = draws.Maybe,
            ValidationSplit = validation == 1 ? draws.Uniform(0.2f, 0.7f) : 0,
            ValidationInputs = validation == 2 ? draws.Ordinary(4 * widths[0]) : [],
            ValidationTargets = validation == 2 ? draws.Targets(cost, 4, widths[^1]) : [],
            MinImprovement = draws.One<float>([0, 1e-3f, 0.1f]),
            Patience = validation > 0 && draws.Below(4) > 0 ? 1 + draws.Below(4) : null,
            RestoreBest = draws.Below(4) > 0,
            SampleWeights = draws.Below(3) == 0 ? Weights(draws, samples, widths[^1]) : [],
            ValidationWeights = validation == 2 && draws.Maybe ? Weights(draws, 4, widths[^1]) : [],
            ClassWeights = draws.Below(4) == 0 ? draws.Weights(Math.Max(2, widths[^1])) : [],
            StopAfter = !cut && draws.Below(5) == 0 ? 1 + draws.Below(9) : int.MaxValue,
        };
    }

    /// <summary>A weight for each sample, or for each output of each sample.</summary>
    private static float[] Weights(Draws draws, int samples, int outputs) => draws.Weights(samples * (draws.Maybe ? 1 : outputs));

    /// <summary>Makes a parameter infinite. Some networks still have finite costs then.</summary>
    private void SpoilAParameter(Draws draws)
    {
        int k = draws.Below(Model.Network.Parameters.Length);
        Model.Network.Parameters[k] = Library.Network.Parameters[k] = float.PositiveInfinity;
    }

    /// <summary>Makes a state infinite. Some optimizers still have finite costs then, and diverge at the end of an epoch.</summary>
    private void SpoilAState()
    {
        if (Model.Rule.States.Length == 0) return;
        string name = Library.OptimizerState.Names[^1];
        Model.Rule.States[^1][0] = Library.OptimizerState[name][0] = float.PositiveInfinity;
    }
}
