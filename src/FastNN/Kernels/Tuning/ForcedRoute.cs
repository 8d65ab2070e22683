using System.Globalization;

namespace FastNN.Tuning;

/// <summary>
/// Routes that a benchmark wants, whatever <see cref="Routes"/> would choose. The bits stay the same. The environment variable
/// <see cref="EnvironmentVariable"/> holds the names, with commas between them, and perhaps <c>depth=96</c>.
/// </summary>
/// <param name="Choices">At most one of each pair; none for what the shape suggests.</param>
/// <param name="Depth">The most terms of a sum in a pass, or 0.</param>
internal readonly record struct ForcedRoute(ForcedRoute.Choice Choices, int Depth)
{
    /// <summary>Read once, when the process first asks for a route.</summary>
    internal const string EnvironmentVariable = "FASTNN_ROUTES";

    private const string DepthName = "depth=";

    /// <summary>What may be forced; each name says which of two or three ways.</summary>
    [Flags]
    internal enum Choice
    {
        /// <summary>Nothing.</summary>
        None = 0,

        /// <summary>One sample forward: some vectors of outputs in registers, over all inputs.</summary>
        Panels = 1,

        /// <summary>One sample forward: some whole rows of W at a time, the sums in memory.</summary>
        Stream = 2,

        /// <summary>One sample back: four rows of W at a time.</summary>
        Fours = 4,

        /// <summary>One sample back: one row of W at a time.</summary>
        Ones = 8,

        /// <summary>A batch: the layer takes samples one by one.</summary>
        Single = 16,

        /// <summary>A batch: the layer takes samples in rows, all together.</summary>
        Rows = 32,

        /// <summary>A batch: the layer takes samples in the lanes of tiles.</summary>
        Tiles = 64,

        /// <summary>A batch: weights are copied side by side first.</summary>
        Copies = 128,

        /// <summary>A batch: weights are read where they are.</summary>
        Direct = 256,

        /// <summary>A narrow layer: two of the four chains at a time.</summary>
        Pairs = 512,

        /// <summary>A narrow layer: all four chains together.</summary>
        Together = 1024,
    }

    /// <summary>True where the first is forced, false where the second is, null where neither is.</summary>
    internal bool? Between(Choice first, Choice second) =>
        Choices == Choice.None ? null : (Choices & first) != 0 ? true : (Choices & second) != 0 ? false : null;

    /// <summary>Whether one is forced.</summary>
    internal bool Has(Choice choice) => (Choices & choice) != 0;

    /// <exception cref="InvalidOperationException">A name is unknown, or the depth is no number from 1 to 200.</exception>
    internal static ForcedRoute Parse(string? text)
    {
        var forced = default(ForcedRoute);
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (name.StartsWith(DepthName, StringComparison.OrdinalIgnoreCase))
                forced = forced with { Depth = ParseDepth(name[DepthName.Length..]) };
            else if (Enum.TryParse(name, ignoreCase: true, out Choice choice) && Enum.IsDefined(choice))
                forced = forced with { Choices = forced.Choices | choice };
            else
                throw Unknown(name);
        }

        return forced;
    }

    /// <summary>More would not fit the room that the kernels have for copies.</summary>
    private static int ParseDepth(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int depth) && depth is >= 1 and <= Routes.MostDepth
            ? depth
            : throw Unknown(DepthName + text);

    private static InvalidOperationException Unknown(string name) =>
        new($"{EnvironmentVariable} must hold names from {string.Join(", ", Enum.GetNames<Choice>().Skip(1))} or {DepthName}1 to "
            + $"{DepthName}{Routes.MostDepth}, with commas between them, but one is \"{name}\".");
}
