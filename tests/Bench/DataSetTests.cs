using FastNN.Bench.Learning;
using Xunit;

namespace FastNN.Tests.Bench;

/// <summary>The data that recipes and initialisers are tried on.</summary>
public class DataSetTests
{
    [Theory]
    [InlineData("friedman", 500, 10, 1)]
    [InlineData("diabetes", 442, 10, 1)]
    [InlineData("wine", 178, 13, 3)]
    [InlineData("cancer", 569, 30, 2)]
    [InlineData("digits", 1797, 64, 10)]
    [InlineData("spirals", 400, 2, 2)]
    public void Each_has_its_samples(string name, int samples, int inputs, int outputs)
    {
        DataSet data = Of(name);
        Assert.Equal((samples, inputs, outputs), (data.Samples, data.Inputs, data.Outputs));
        Assert.Equal(samples * outputs, data.Y.Length);
        Assert.All(data.X, value => Assert.True(float.IsFinite(value)));
        if (data.HasClasses) Assert.All(data.Y.Chunk(outputs), row => Assert.Equal((1f, outputs - 1), (row.Sum(), row.Count(y => y == 0))));
    }

    [Theory]
    [InlineData("friedman")]
    [InlineData("wine")]
    [InlineData("digits")]
    public void A_split_holds_out_a_quarter_of_each_class_and_loses_nothing(string name)
    {
        DataSet data = Of(name);
        (DataSet training, DataSet heldOut) = data.Split(3);
        Assert.Equal(Rows(data).Order(), Rows(training).Concat(Rows(heldOut)).Order());
        for (int k = 0; data.HasClasses && k < data.Outputs; k++)
        {
            double all = Count(data, k);
            Assert.InRange(Count(heldOut, k), all / 4 - 0.5, all / 4 + 0.5);
        }

        Assert.Equal(training.X, data.Split(3).Training.X);
        Assert.NotEqual(training.X, data.Split(4).Training.X);
    }

    private static DataSet Of(string name) => DataSets.All.Single(task => task.Name == name).Of(1);

    private static int Count(DataSet data, int k) => data.Y.Where((y, at) => at % data.Outputs == k && y == 1f).Count();

    private static IEnumerable<string> Rows(DataSet data) =>
        data.X.Chunk(data.Inputs).Zip(data.Y.Chunk(data.Outputs), (x, y) => $"{string.Join(' ', x)}: {string.Join(' ', y)}");
}
