using FastNN.Bench.Learning;
using FastNN.Bench.Results;

namespace FastNN.Bench.Runs;

/// <summary>What <c>-- --learning</c> does, in about two minutes: networks learn from small data sets.</summary>
internal static class LearningRun
{
    private const string Initialisers = "initialisers", Recipes = "recipes", DigitsByRecipe = "digits", SecondOrder = "second-order";

    /// <summary>The names that the option takes.</summary>
    internal static string[] Tables { get; } = [Initialisers, Recipes, DigitsByRecipe, SecondOrder];

    /// <summary>Trains and prints; the exit code says whether the recipes reach what they must.</summary>
    /// <param name="table">Which table; null for all.</param>
    internal static int Run(string? table)
    {
        Screen.Header();
        if (table is null or Initialisers) InitialiserTable.Show();
        bool reached = table is not (null or Recipes) || RecipeTable.Show();
        if (table is null or SecondOrder) SecondOrderTable.Show();
        if (table is null or DigitsByRecipe) reached &= DigitsTable.Show();
        return reached ? 0 : 1;
    }
}
