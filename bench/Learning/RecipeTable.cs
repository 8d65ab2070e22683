using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Learning;

/// <summary>The recipe of src/docs/training.md on small tables, and scikit-learn's settings beside it.</summary>
internal static class RecipeTable
{
    private const int Splits = 20;

    /// <summary>What the mean must reach.</summary>
    private static readonly Dictionary<string, double> s_bars = new()
    {
        ["friedman"] = 0.81,
        ["diabetes"] = 0.37,
        ["wine"] = 0.98,
        ["cancer"] = 0.965,
        ["spirals"] = 0.95,
    };

    /// <summary>Whether the recipe reaches all of them.</summary>
    internal static bool Show()
    {
        Table table = Screen.Table(
            $"Recipes: R² or the share of the classes, of the samples held out in {Splits} splits",
            "data", "must reach", "the recipe", "its worst split", "settings of scikit-learn", "their worst split");
        bool reached = true;
        Screen.Progress("Recipes", s_bars.Count, done =>
        {
            foreach ((string name, Func<int, DataSet> data) in DataSets.All)
            {
                if (!s_bars.TryGetValue(name, out double bar)) continue;

                double[] recipe = Try(data, Recipe), settings = Try(data, Settings);
                reached &= recipe.Average() >= bar;
                table.AddRow(
                    name, $"{bar:F3}", $"{recipe.Average():F3}", $"{recipe.Min():F3}", $"{settings.Average():F3}", $"{settings.Min():F3}");
                done();
            }
        });
        AnsiConsole.Write(table.Caption("Settings of scikit-learn: 100 ReLU, Adam 1e-3, batches of 200, 200 epochs, weight decay 1e-4."));
        return reached;
    }

    private static double[] Try(Func<int, DataSet> data, Func<int, DataSet, DataSet, double> recipe) =>
    [
        .. Enumerable.Range(0, Splits).Select(seed =>
        {
            (DataSet training, DataSet heldOut) = data(seed).Split(seed);
            return recipe(seed, training, heldOut);
        }),
    ];

    private static double Recipe(int seed, DataSet training, DataSet heldOut) => Pupil.Teach(
        Pupil.Create(training, [64, 64], Activation.Relu, seed, initializer: null), new Adam(),
        new FitOptions { Epochs = 500, ValidationSplit = 0.2f, Patience = 50, Seed = seed }, training, heldOut);

    private static double Settings(int seed, DataSet training, DataSet heldOut) => Pupil.Teach(
        Pupil.Create(training, [100], Activation.Relu, seed, initializer: null), new Adam { WeightDecay = 1e-4f },
        new FitOptions { Epochs = 200, BatchSize = 200, Seed = seed }, training, heldOut);
}
