using System.Reflection;
using System.Text.RegularExpressions;
using FastNN.Bench.Results;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>A piece of a page with figures, and how it must read.</summary>
/// <param name="Page">The page.</param>
/// <param name="Text">The text. If a file or a constant backs the figures, they are computed from it.</param>
/// <param name="Source">Where the figures come from.</param>
internal sealed record Claim(string Page, string Text, string Source)
{
    /// <summary>Each figure in the text is computed from committed results, or from constants of the code or of a test.</summary>
    internal static Claim Computed(string page, FormattableString text) => new(page, FormattableString.Invariant(text), "computed");

    /// <summary>A test, or another file of the repository, fails when the text is wrong.</summary>
    internal static Claim HeldBy(string source, string page, string text) => new(page, text, source);

    /// <summary>No file holds the figures: a command measures them. It names options of the bench.</summary>
    internal static Claim MeasuredBy(string command, string page, string text)
    {
        string program = File.ReadAllText(Path.Combine(Pages.Page.Root, "bench", "Program.cs"));
        string[] options = [.. command.Split(' ').Where(word => word.Length > 2 && word.StartsWith("--", StringComparison.Ordinal))];
        return options.Length > 0 && options.All(option => program.Contains($"\"{option}\""))
            ? new(page, text, command)
            : throw new ArgumentException($"The bench does not have all options of the command {command}.");
    }

    internal static string Percent(double share) => Cell.Percent(share);

    internal static string Time(double nanoseconds) => Cell.Time(nanoseconds);

    /// <summary>The numbers in the name of a test that holds them.</summary>
    internal static int[] Numbers(string test) => [.. Regex.Matches(test, @"\d+").Select(match => int.Parse(match.Value))];

    /// <summary>The second value of each row of a theory.</summary>
    internal static object?[] Expected<T>(string theory) =>
        [.. typeof(T).GetMethod(theory)!.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data[1])];

    internal static long Constant(Type type, string name) =>
        Convert.ToInt64(type.GetField(name, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.GetRawConstantValue());

    /// <summary>What a script says in the group of a pattern.</summary>
    internal static int Said(string file, string pattern) =>
        int.Parse(Regex.Match(File.ReadAllText(Path.Combine(Pages.Page.Root, file)), pattern, RegexOptions.Multiline).Groups[1].Value);
}
