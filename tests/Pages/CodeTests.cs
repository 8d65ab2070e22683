using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>The C# on the pages is code of this folder. It compiles and runs.</summary>
[Collection(nameof(Alone))]
public class CodeTests
{
    /// <summary>Programs and what they print, by the names of their regions.</summary>
    private static readonly Dictionary<string, Action> s_programs = new()
    {
        ["first"] = FrontDoorRecipes.First,
        ["iris"] = FrontDoorRecipes.Iris,
    };

    public static TheoryData<string> RegionsThatPrint => [.. from region in Region.All where region.Prints.Count > 0 select region.Name];

    [Fact]
    public void Every_block_of_every_page_is_a_region() => Assert.Empty(
        from page in Page.All
        from block in page.Code("csharp")
        where !Region.All.Any(region => region.Is(block.Code))
        select $"{page}:{block.Line}: no region in tests/Pages has this code:\n{block.Code}");

    [Fact]
    public void Every_region_is_a_block_of_a_page()
    {
        string[] blocks = [.. Page.All.SelectMany(page => page.Code("csharp")).Select(block => block.Code)];
        Assert.NotEmpty(Region.All);
        Assert.Empty(from region in Region.All where !blocks.Any(region.Is) select region);
        Assert.Equal(Region.All.Count, Region.All.DistinctBy(region => region.Name).Count());
    }

    [Theory]
    [MemberData(nameof(RegionsThatPrint))]
    public void A_program_prints_what_its_comments_say(string region)
    {
        TextWriter console = Console.Out;
        string folder = Environment.CurrentDirectory;
        using var printed = new StringWriter { NewLine = "\n" };
        Console.SetOut(printed);
        Environment.CurrentDirectory = Page.Root; // where the pages say that a reader is
        try
        {
            s_programs[region]();
        }
        finally
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(console);
        }

        Assert.Equal(Region.All.Single(one => one.Name == region).Prints, printed.ToString().TrimEnd('\n').Split('\n'));
    }
}
