using System.Collections.Immutable;
using System.Globalization;

namespace FastNN.Tuning;

/// <summary>
/// Routes that a benchmark forces, whatever <see cref="Routes"/> would choose. The bits stay the same. The environment variable
/// <see cref="EnvironmentVariable"/> holds their names, with commas between them. <c>depth=96</c> may be one of them.
/// </summary>
/// <param name="Choices">At most one of each pair. None means that the shape decides.</param>
/// <param name="Depth">The most terms of a sum in a pass. 0 means that the shape decides.</param>
internal readonly record struct ForcedRoute(ForcedRoute.Choice Choices, int Depth)
{
    /// <summary>Read once, when the process first asks for a route.</summary>
    internal const string EnvironmentVariable = "FASTNN_ROUTES";

    private const string DepthName = "depth=";

    /// <summary>Of each group one may be forced, because they exclude each other.</summary>
    private static readonly ImmutableArray<Choice> s_groups =
    [
        Choice.Panels | Choice.Stream, Choice.Fours | Choice.Ones, Choice.Single | Choice.Rows | Choice.Tiles,
        Choice.Copies | Choice.Direct, Choice.Pairs | Choice.Together,
    ];

    /// <summary>What can be forced. Each name is one of two or three ways.</summary>
    [Flags]
    internal enum Choice
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary>One sample forward: some vectors of outputs stay in registers, over all inputs.</summary>
        Panels = 1,

        /// <summary>One sample forward: some whole rows of W together, with the sums in memory.</summary>
        Stream = 2,

        /// <summary>One sample backward: four rows of W together.</summary>
        Fours = 4,

        /// <summary>One sample backward: one row of W after the other.</summary>
        Ones = 8,

        /// <summary>A batch: the layer takes samples one by one.</summary>
        Single = 16,

        /// <summary>A batch: the layer takes samples in rows, all together.</summary>
        Rows = 32,

        /// <summary>A batch: the layer takes samples in the lanes of tiles.</summary>
        Tiles = 64,

        /// <summary>A batch: first the weights are copied, so that they are side by side.</summary>
        Copies = 128,

        /// <summary>A batch: weights are read where they are.</summary>
        Direct = 256,

        /// <summary>A narrow layer: two of the four chains together, then the other two.</summary>
        Pairs = 512,

        /// <summary>A narrow layer: all four chains together.</summary>
        Together = 1024,
    }

    /// <summary>True if the first is forced, false if the second is, null if neither is.</summary>
    internal bool? Between(Choice first, Choice second) =>
        Choices == Choice.None ? null : (Choices & first) != 0 ? true : (Choices & second) != 0 ? false : null;

    /// <summary>Whether this choice is forced.</summary>
    internal bool Has(Choice choice) => (Choices & choice) != 0;

    /// <exception cref="InvalidOperationException">
    /// A name is unknown, two names exclude each other, or the depth is not a number from 1 to 200.
    /// </exception>
    internal static ForcedRoute Parse(string? text)
    {
        var forced = default(ForcedRoute);
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (name.StartsWith(DepthName, StringComparison.OrdinalIgnoreCase))
                forced = forced with { Depth = ParseDepth(name[DepthName.Length..]) };
            else
                forced = forced.With(ParseChoice(name));
        }

        return forced;
    }

    private ForcedRoute With(Choice choice)
    {
        Choice others = s_groups.Single(group => (group & choice) != 0) & Choices;
        return (others & ~choice) == 0
            ? this with { Choices = Choices | choice }
            : throw new InvalidOperationException($"{EnvironmentVariable} must hold one of {choice} and {others} at most, but holds both.");
    }

    private static Choice ParseChoice(string name)
    {
        string[] names = Enum.GetNames<Choice>();
        int index = Array.FindIndex(names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index > 0 ? Enum.Parse<Choice>(names[index]) : throw Unknown(name);
    }

    /// <summary>The memory that the kernels have for copies holds no more.</summary>
    private static int ParseDepth(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int depth) && depth is >= 1 and <= Routes.MostDepth
            ? depth
            : throw Unknown(DepthName + text);

    private static InvalidOperationException Unknown(string name) =>
        new($"{EnvironmentVariable} must hold names from {string.Join(", ", Enum.GetNames<Choice>().Skip(1))} or {DepthName}1 to "
            + $"{DepthName}{Routes.MostDepth}, with commas between them, but one is \"{name}\".");
}
