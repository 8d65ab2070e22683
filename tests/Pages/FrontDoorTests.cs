using FastNN.Bench.Results;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>What else the pages must keep.</summary>
public class FrontDoorTests
{
    [Fact]
    public void The_front_door_is_short() => Assert.InRange(File.ReadLines(Path.Combine(Page.Root, "README.md")).Count(), 1, 220);

    /// <summary>A page that nothing leads to is a page that nobody reads.</summary>
    [Fact]
    public void The_front_door_leads_to_every_page_of_the_guide()
    {
        string[] links = [.. Page.All.Single(page => page.Path == "README.md").Links.Select(link => link.Target.Split('#')[0])];
        string[] guide = [.. Page.All.Select(page => page.Path).Where(path => path.StartsWith("src/docs/", StringComparison.Ordinal))];
        Assert.NotEmpty(guide);
        Assert.Empty(guide.Except(links));
    }

    [Fact]
    public void The_front_door_has_the_hash_of_all_platforms()
    {
        string[] sums = File.ReadAllLines(Path.Combine(Page.Root, "tests", "platforms", "bits", "full.txt"));
        Assert.Contains(sums[^1]["all ".Length..], File.ReadAllText(Path.Combine(Page.Root, "README.md")));
    }

    [Fact]
    public void The_changelog_begins_with_this_version()
    {
        string newest = File.ReadLines(Path.Combine(Page.Root, "src", "CHANGELOG.md"))
            .First(line => line.StartsWith("## ", StringComparison.Ordinal));
        Assert.All(
            (Type[])[typeof(Network), typeof(FastNN.Onnx.OnnxModel)],
            type => Assert.StartsWith($"## {MachineReport.VersionOf(type)}, ", newest, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_costs_has_all_of_them()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Page.Root, "src", "docs", "training.md"));
        Assert.All(Cost.All, cost => Assert.Contains(lines, line => line.StartsWith($"| `{cost}` |", StringComparison.Ordinal)));
    }
}
