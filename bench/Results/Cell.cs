namespace FastNN.Bench.Results;

/// <summary>Numbers as pages show them.</summary>
internal static class Cell
{
    internal static string Time(double nanoseconds) => nanoseconds switch
    {
        < 999.5 => $"{Rounded(nanoseconds)} ns",
        < 999_500 => $"{Rounded(nanoseconds / 1000)} µs",
        _ => $"{Rounded(nanoseconds / 1_000_000)} ms",
    };

    internal static string Percent(double share) => $"{share * 100:F0} %";

    /// <summary>Two digits where the number is below 10, and no fraction above.</summary>
    internal static string Rounded(double value) => value < 1 ? $"{value:F2}" : value < 10 ? $"{value:F1}" : $"{value:F0}";
}
