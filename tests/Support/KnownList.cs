using Xunit;

namespace FastNN.Tests.Support;

/// <summary>What is found must be what is known: nothing new, and no line that is no longer true.</summary>
internal static class KnownList
{
    /// <param name="found">What a test found, each with more about it for the reader.</param>
    /// <param name="known">What is known and open.</param>
    /// <param name="rule">The rule, in the message.</param>
    internal static void AssertSame(IReadOnlyDictionary<string, string> found, IReadOnlyCollection<string> known, string rule)
    {
        string[] added = [.. found.Keys.Except(known).Order(StringComparer.Ordinal)];
        string[] gone = [.. known.Except(found.Keys).Order(StringComparer.Ordinal)];
        string[] problems =
        [
            .. added.Select(what => $"{what}   ({found[what]})"),
            .. gone.Select(what => $"{what}   (no longer so: delete the line from the list in the test)"),
        ];
        Assert.True(problems.Length == 0, $"{rule}\n{problems.Length} to mend:\n{string.Join('\n', problems)}");
    }
}
