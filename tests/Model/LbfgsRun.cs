using Xunit;

namespace FastNN.Tests.Model;

/// <summary>A random network with L-BFGS and samples: a trainer of the model, and one of the library for each variant.</summary>
internal sealed class LbfgsRun
{
    private static readonly (CostFunction Cost, Function Last)[] s_costs =
    [
        .. from cost in Enum.GetValues<CostFunction>()
           from f in Enum.GetValues<Function>()
           where Costs.IsOfOutputs(cost) || Costs.LastOf(cost) == f
           select (cost, f),
    ];

    private readonly LbfgsRule _rule;
    private readonly Trainer[] _libraries;
    private readonly float[]? _weights;

    /// <param name="draws">Random numbers.</param>
    /// <param name="widths">The widths of the network.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="draw">Draws parameters and samples.</param>
    internal LbfgsRun(Draws draws, int[] widths, int batch, Func<int, float[]> draw)
    {
        bool fits = draws.Maybe; // a frequent use
        (CostFunction cost, Function last) = fits ? (CostFunction.SquaredError, Function.Identity) : draws.One(s_costs);
        if (last == Function.Softmax) widths[^1] = Math.Max(2, widths[^1]); // a trainer refuses one output
        Function[] functions = draws.Functions(widths.Length - 1, last);
        float[] parameters = draw(Pair.Count(widths));
        (X, Y) = (draw(batch * widths[0]), draws.Maybe ? draw(batch * widths[^1]) : draws.Targets(cost, batch, widths[^1]));
        _weights = draws.Below(3) > 0 ? null : draws.Weights(draws.Maybe ? batch : Y.Length);
        ModelStandardizer? input = draws.Below(3) > 0 ? null : ModelStandardizer.Fit(draws.Ordinary(9 * widths[0], 3), widths[0]);
        ModelStandardizer? output = last != Function.Identity || draws.Maybe
            ? null : ModelStandardizer.Fit(draws.Ordinary(9 * widths[^1], 3), widths[^1]);
        (_rule, Lbfgs optimizer) = Optimizers.DrawLbfgs(draws);
        var network = new ModelNetwork(widths, functions, [.. parameters]) { InputStandardizer = input, OutputStandardizer = output };
        Model = new ModelTrainer(network, _rule, cost, mean: draws.Maybe);
        int threads = 1 + draws.Below(2); // one draw, so that all settings have the same
        _libraries = [.. from variant in Kernels.Supported select Library(new Pair(widths, functions, parameters, variant).Library)];
        What = $"{_libraries[0].Network}: {cost}, mean {Model.Mean}, batch {batch}, {_weights?.Length} weights, "
            + $"standardized {input != null} {output != null}, "
            + $"rate {optimizer.LearningRate}, decay {optimizer.WeightDecay}, memory {optimizer.Memory}";

        Trainer Library(Network library)
        {
            library.InputStandardizer = input is null ? null : new Standardizer(input.Mean, input.Factor);
            library.OutputStandardizer = output is null ? null : new Standardizer(output.Mean, output.Factor);
            return new Trainer(
                library, optimizer, Pair.Of(cost), Model.Mean ? Reduction.Mean : Reduction.Sum, threads: threads);
        }
    }

    internal ModelTrainer Model { get; }

    internal float[] X { get; }

    internal float[] Y { get; }

    internal string What { get; }

    /// <summary>Sets the number of updates, and all states.</summary>
    internal void SetState(long t, Func<int, float[]> draw)
    {
        Model.Updates = t;
        foreach (Trainer library in _libraries) library.OptimizerState.Steps = t;
        for (int s = 0; s < _rule.States.Length; s++)
        {
            draw(_rule.States[s].Length).CopyTo(_rule.States[s], 0);
            foreach (Trainer library in _libraries) _rule.States[s].CopyTo(library.OptimizerState[_rule.NameOf(s)]);
        }
    }

    /// <summary>Makes an iteration in all trainers. Returns how it ended.</summary>
    internal Iteration? Step(string what)
    {
        float cost = Model.Step(X, Y, _weights);
        foreach (Trainer library in _libraries)
        {
            float found = _weights is null ? library.Step(X, Y) : library.Step(X, Y, _weights);
            Same.Bits(cost, found, $"cost of {what}, {What}");
        }

        Compare(what);
        return Model.Iteration;
    }

    /// <summary>Trains without weights. Returns how the last iteration ended; null if there was none.</summary>
    internal Iteration? TrainUntil(float goal, int maxSteps)
    {
        (int steps, float cost) = Model.TrainUntil(X, Y, goal, maxSteps);
        foreach (Trainer library in _libraries)
        {
            TrainingResult result = library.TrainUntil(X, Y, goal, maxSteps);
            Assert.Equal((steps, cost <= goal, What), (result.Steps, result.Reached, What));
            Same.Bits(cost, result.Cost, $"cost, {What}");
        }

        Compare("TrainUntil");
        return Model.Iteration;
    }

    private void Compare(string what)
    {
        foreach (Trainer library in _libraries)
        {
            Same.Bits(Model.Network.Parameters, library.Network.Parameters, $"parameters, {what}, {What}");
            Assert.Equal((Model.Updates, what, What), (library.OptimizerState.Steps, what, What));
            Assert.Equal(_rule.States.Length, library.OptimizerState.Names.Count);
            for (int s = 0; s < _rule.States.Length; s++)
                Same.Bits(_rule.States[s], library.OptimizerState[_rule.NameOf(s)], $"{_rule.NameOf(s)}, {what}, {What}");
        }
    }
}
