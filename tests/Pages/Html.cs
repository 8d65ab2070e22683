using System.Text.RegularExpressions;

namespace FastNN.Tests.Pages;

/// <summary>What pages say in HTML.</summary>
internal static partial class Html
{
    /// <summary>The values of the attributes that are links.</summary>
    internal static IEnumerable<string> Targets(string html) => Target().Matches(html).Select(match => match.Groups[1].Value);

    [GeneratedRegex("(?:href|src|srcset)=\"([^\"]*)\"")]
    private static partial Regex Target();
}
