using FastNN.Tuning;
using Xunit;
using Choice = FastNN.Tuning.ForcedRoute.Choice;

namespace FastNN.Tests.Tuning;

/// <summary>What a benchmark may force.</summary>
public class ForcedRouteTests
{
    [Theory]
    [InlineData(null, 0, 0)]
    [InlineData("", 0, 0)]
    [InlineData("rows", (int)Choice.Rows, 0)]
    [InlineData("Rows, direct", (int)(Choice.Rows | Choice.Direct), 0)]
    [InlineData("depth=1", 0, 1)]
    [InlineData("TILES,Depth=200", (int)Choice.Tiles, 200)]
    public void Names_are_read_in_any_case(string? text, int choices, int depth) =>
        Assert.Equal(new ForcedRoute((Choice)choices, depth), ForcedRoute.Parse(text));

    [Theory]
    [InlineData("columns")]
    [InlineData("rows,columns")]
    [InlineData("rows tiles")]
    [InlineData("3")]
    [InlineData("2")]
    [InlineData("none")]
    [InlineData("depth")]
    [InlineData("depth=")]
    [InlineData("depth=0")]
    [InlineData("depth=201")]
    [InlineData("depth=-1")]
    [InlineData("depth=ten")]
    public void What_is_unknown_is_named(string text)
    {
        string message = Assert.Throws<InvalidOperationException>(() => ForcedRoute.Parse(text)).Message;
        Assert.Contains($"\"{text.Split(',')[^1]}\"", message);
        Assert.Contains("Panels, Stream, Fours, Ones, Single, Rows, Tiles, Copies, Direct, Pairs, Together", message);
    }

    [Theory]
    [InlineData("rows,single")]
    [InlineData("depth=7,tiles,rows")]
    [InlineData("copies,direct")]
    public void What_excludes_each_other_is_refused(string text) =>
        Assert.EndsWith("but holds both.", Assert.Throws<InvalidOperationException>(() => ForcedRoute.Parse(text)).Message);

    [Fact]
    public void One_of_a_pair_decides()
    {
        Assert.Null(default(ForcedRoute).Between(Choice.Rows, Choice.Single));
        Assert.Null(ForcedRoute.Parse("tiles").Between(Choice.Rows, Choice.Single));
        Assert.True(ForcedRoute.Parse("rows").Between(Choice.Rows, Choice.Single));
        Assert.False(ForcedRoute.Parse("single").Between(Choice.Rows, Choice.Single));
    }
}
