using FastNN.Bench.Runs;
using FastNN.Tests.Pages;
using Xunit;

namespace FastNN.Tests.Bench;

/// <summary>The help of the bench leads to everything in its folder.</summary>
public class HelpTests
{
    [Fact]
    public void The_help_names_every_program() => Assert.All(
        Directory.EnumerateDirectories(Path.Combine(Page.Root, "bench")).Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any()),
        folder => Assert.Contains($"bench/{Path.GetFileName(folder)}", Help.Text));
}
