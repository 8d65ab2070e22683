using Xunit;

namespace FastNN.Tests;

public class Smoke
{
    [Fact]
    public void Runs() => Assert.Equal(35, new Network([2, 4, 3, 2], seed: 1).Parameters.Length);
}
