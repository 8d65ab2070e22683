using System.Text.RegularExpressions;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>The pages for people who change FastNN name files and tests that exist.</summary>
public partial class TourTests
{
    private const string Cut = "…";

    /// <summary>Files that a page tells a reader to make.</summary>
    private static readonly string[] s_examples = ["Softsign.cs", "SimdNNN.cs"];

    private static readonly string[] s_files =
        [.. Page.Files("*").Select(file => Path.GetRelativePath(Page.Root, file).Replace('\\', '/'))];

    public static TheoryData<string> Pages { get; } = ["src/README.md", "tests/README.md", ".github/CONTRIBUTING.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Files_that_a_page_names_exist(string page) => Assert.Empty(
        from name in Names(page)
        where File().IsMatch(name) && !s_examples.Contains(Path.GetFileName(name)) && !s_files.Any(file => Is(file, name))
        select $"{page}: there is no {name}");

    [Theory]
    [MemberData(nameof(Pages))]
    public void Tests_that_a_page_names_exist(string page) => Assert.Empty(
        from name in Names(page)
        where IsTest(name)
        let parts = name.Split('.')
        where !typeof(TourTests).Assembly.GetTypes().Any(type => Has(type, parts[0], parts.ElementAtOrDefault(1)))
        select $"{page}: there is no {name}");

    [Fact]
    public void The_tour_names_many()
    {
        Assert.True(Names("src/README.md").Count(name => File().IsMatch(name)) > 30);
        Assert.True(Names("src/README.md").Count(IsTest) > 8);
    }

    /// <summary>What stands between backticks.</summary>
    private static IEnumerable<string> Names(string path) =>
        from page in Page.All
        where page.Path == path
        from prose in page.Prose
        from code in Code().Matches(prose.Text)
        select code.Groups[1].Value;

    /// <summary>A path is one from the repository's folder. A name alone may be anywhere.</summary>
    private static bool Is(string file, string name) => name.Contains('/') ? file == name : Path.GetFileName(file) == name;

    private static bool IsTest(string name) => Test().IsMatch(name) && !File().IsMatch(name);

    /// <summary>Whether this is the class, and has the test, whose name a page may cut.</summary>
    private static bool Has(Type type, string name, string? test) =>
        type.Name == name && (test is null || type.GetMethods().Any(method => Same(method.Name, test)));

    private static bool Same(string name, string said) =>
        said.EndsWith(Cut, StringComparison.Ordinal) ? name.StartsWith(said[..^1], StringComparison.Ordinal) : name == said;

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[\w./]+\.(?:cs|csproj|json|md|props|sln|targets|txt)$")]
    private static partial Regex File();

    [GeneratedRegex(@"^\w+Tests(?:\.[\w…]+)?$")]
    private static partial Regex Test();
}
