using System.Text.RegularExpressions;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>The table of environment variables in tests/README.md has all of them, and no others.</summary>
public partial class VariableTests
{
    private static readonly string[] s_folders = [".ci/", "bench/", "src/", "tests/"];

    /// <summary>The sources and scripts of the repository: what is read and set there.</summary>
    private static readonly (string Path, string Text)[] s_sources =
    [
        .. from pattern in (string[])["*.cs", "*.csproj", "*.props", "*.targets", "run", "disassembly"]
           from file in Page.Files(pattern)
           let path = Path.GetRelativePath(Page.Root, file).Replace('\\', '/')
           where s_folders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))
           where !path.EndsWith($"/{nameof(VariableTests)}.cs", StringComparison.Ordinal)
           select (path, File.ReadAllText(file)),
    ];

    /// <summary>Each row: the variable, what it does, its values, and the files that read it.</summary>
    private static string[][] Table =>
    [
        .. from line in Page.All.Single(page => page.Path == "tests/README.md").Text.Split('\n')
           where Row().IsMatch(line)
           select line.Trim('|', ' ').Split(" | "),
    ];

    private static string[] Known => [.. Table.Select(row => row[0].Trim('`'))];

    [Fact]
    public void The_table_has_every_variable_that_code_reads_and_no_other()
    {
        string[] read = [.. s_sources.SelectMany(source => Literals(source.Text)).Distinct()], known = Known;
        Assert.Contains("FASTNN_KERNELS", read);
        Assert.Empty(from name in read where !known.Contains(name) select $"tests/README.md does not explain {name}");
        Assert.Empty(from name in known where !read.Contains(name) select $"tests/README.md explains {name}, which nobody reads");
        Assert.Equal(known, known.Distinct());
    }

    /// <summary>A script may set a variable that nobody reads, and a comment may name one.</summary>
    [Fact]
    public void The_table_has_every_variable_that_sources_and_scripts_name()
    {
        string[] known = Known;
        Assert.Contains(s_sources, source => source.Path == ".ci/run");
        Assert.Empty(
            from source in s_sources
            from name in Named().Matches(source.Text).Select(match => match.Value).Distinct()
            where !known.Contains(name)
            select $"{source.Path}: tests/README.md does not explain {name}");
    }

    [Fact]
    public void The_table_names_the_files_that_read_a_variable() => Assert.Empty(
        from row in Table
        from name in Code().Matches(row[^1]).Select(match => match.Groups[1].Value)
        where !s_sources.Any(source => Path.GetFileName(source.Path) == name && Literals(source.Text).Contains(row[0].Trim('`')))
        select $"{name} does not read {row[0]}");

    /// <summary>The names that are whole strings in C#: those that the environment is asked for.</summary>
    private static IEnumerable<string> Literals(string text) => Literal().Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex("\"(FASTNN_[A-Z0-9_]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("FASTNN(?:_[A-Z0-9]+)+(?![a-z])")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\| `FASTNN_\w+` \|")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
