using FastNN.Bench.Runs;
using FastNN.Tests.Pages;
using Xunit;

namespace FastNN.Tests.Bench;

/// <summary>The help of the bench leads to everything in its folder.</summary>
public class HelpTests
{
    [Fact]
    public void The_help_names_every_program()
    {
        string[] programs =
        [
            .. from folder in Directory.EnumerateDirectories(Path.Combine(Page.Root, "bench"))
               where Directory.EnumerateFiles(folder, "*.csproj").Any()
               select $"bench/{Path.GetFileName(folder)}",
        ];
        Assert.NotEmpty(programs);
        Assert.All(programs, program => Assert.Contains(program, Help.Text));
    }
}
