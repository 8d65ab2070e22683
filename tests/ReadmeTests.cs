using Xunit;

namespace FastNN.Tests;

/// <summary>The example that README.md opens with is code that compiles, runs, and prints what its comments say.</summary>
[Collection(nameof(Alone))]
public class ReadmeTests
{
    private const string Promise = "// prints ";

    private static string[] Example => [.. Between("ReadmeExample.cs", "// <example>", "// </example>")];

    [Fact]
    public void The_first_csharp_block_is_the_example_that_compiles() =>
        Assert.Equal(["using FastNN;", "", .. Example], Between("README.md", "```csharp", "```"));

    [Fact]
    public void The_example_of_batches_compiles_and_learns()
    {
        const string start = "// Batches: samples row by row, in mini-batches on up to two threads. XOR, a hundred times.";
        string[] example = [.. Between("ReadmeExample.cs", start, "// </batches>")];
        Assert.NotEmpty(example);
        Assert.Equal(example, Between("README.md", start, "```"));
        Assert.InRange(ReadmeExample.RunBatches(), 0f, 0.01f);
    }

    [Fact]
    public void The_example_prints_what_its_comments_say()
    {
        TextWriter console = Console.Out;
        using var printed = new StringWriter { NewLine = "\n" };
        Console.SetOut(printed);
        try
        {
            ReadmeExample.Run();
        }
        finally
        {
            Console.SetOut(console);
        }

        string[] promised = [.. Example.Where(line => line.Contains(Promise)).Select(line => line.Split(Promise)[1])];
        Assert.NotEmpty(promised);
        Assert.Equal(promised, printed.ToString().TrimEnd('\n').Split('\n'));
    }

    /// <summary>The trimmed lines of a file in the output folder between the first that is start and the next that is end.</summary>
    private static IEnumerable<string> Between(string file, string start, string end) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, file)).Select(line => line.Trim())
            .SkipWhile(line => line != start).Skip(1).TakeWhile(line => line != end);
}
