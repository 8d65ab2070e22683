using FastNN.Contract;
using Xunit;

namespace FastNN.Tests.Contract;

/// <summary>What a network can hold is a promise, so it must not follow from the caches.</summary>
public class LayerShapeTests
{
    /// <summary>All inputs and the 16 outputs count.</summary>
    [Theory]
    [InlineData(LayerShape.MaxNeurons - 16, true)]
    [InlineData(LayerShape.MaxNeurons - 15, false)]
    public void The_most_neurons_are_the_same_in_rows_and_in_tiles(int inputs, bool fits)
    {
        foreach (bool inRows in (bool[])[false, true])
        {
            LayerShape[] LayOut() => LayerShape.LayOut([inputs, 16], [false], inRows, int.MaxValue);
            if (fits) Assert.Equal(inputs, LayOut()[0].Inputs);
            else Assert.Throws<ArgumentOutOfRangeException>(LayOut);
        }
    }
}
