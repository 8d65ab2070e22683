using Xunit;

namespace FastNN.Tests.Support;

/// <summary>What a test of the sources found. The message says the rule, and each place that breaks it.</summary>
internal static class Findings
{
    /// <param name="found">The places that break the rule. Each has a text that says more about it.</param>
    /// <param name="rule">The rule, for the message.</param>
    internal static void AssertNone(IReadOnlyDictionary<string, string> found, string rule) => AssertOnly([], found, rule);

    /// <summary>All exceptions must be found, and nothing else.</summary>
    /// <param name="exceptions">The places that may break the rule.</param>
    /// <param name="found">The places that do.</param>
    /// <param name="rule">The rule, for the message.</param>
    internal static void AssertOnly(IReadOnlyCollection<string> exceptions, IReadOnlyDictionary<string, string> found, string rule)
    {
        string[] added = [.. found.Keys.Except(exceptions).Order(StringComparer.Ordinal)];
        string[] gone = [.. exceptions.Except(found.Keys).Order(StringComparer.Ordinal)];
        string[] problems =
        [
            .. added.Select(place => $"{place}   ({found[place]})"),
            .. gone.Select(place => $"{place}   (no longer so: delete it from the list of exceptions in the test)"),
        ];
        Assert.True(problems.Length == 0, $"{rule}\n{problems.Length} to mend:\n{string.Join('\n', problems)}");
    }
}
