using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>Targets of labels, splits, and copies of rows.</summary>
public class SamplesTests
{
    [Fact]
    public void A_target_is_1_at_the_label()
    {
        Assert.Equal([0, 0, 1, 1, 0, 0], Samples.OneHot([2, 0], 3));
        Assert.Equal([-1, 1, 1, -1], Samples.OneHot([1, 0], 2, low: -1f));
        Assert.Equal([1, 1], Samples.OneHot([0, 0], 1));
        Assert.Equal([], Samples.OneHot([], 5));
    }

    [Theory]
    [InlineData(1, 0.5f)] // nothing is left of one sample: refused, see below
    [InlineData(2, 0.5f)]
    [InlineData(10, 0.3f)]
    [InlineData(999, 1f / 3)]
    [InlineData(1000, 0.999f)]
    public void A_split_has_every_sample_once(int count, float heldOut)
    {
        if (count == 1)
        {
            Refuses<ArgumentException>("heldOut", "at least one sample, but 0.5 of 1, rounded down, is none", () => Samples.Split(1, 0.5f));
            return;
        }

        (int[] training, int[] held) = Samples.Split(count, heldOut, seed: 7);
        Assert.Equal(FastNN.Fit.FitSamples.HeldOut(heldOut, count), held.Length);
        Assert.Equal(Enumerable.Range(0, count), training.Concat(held).Order());
        if (count > 2) Assert.NotEqual(training, Samples.Split(count, heldOut, seed: 8).Training);
    }

    [Fact]
    public void A_split_has_the_order_of_the_first_epoch()
    {
        // The order of 10 samples with the seed 0, as EpochOrderTests has it from another implementation.
        (int[] training, int[] held) = Samples.Split(10, 0.3f);
        Assert.Equal([1, 2, 5, 7, 0, 8, 4], training);
        Assert.Equal([3, 9, 6], held);
    }

    [Fact]
    public void A_stratified_split_keeps_the_shares()
    {
        // 12 of class 7, 6 of −2 and 2 of 100: a quarter of 20 is 5, of these 3, 1.5 and 0.5. One is left, for the smaller label.
        int[] labels = [.. Enumerable.Range(0, 20).Select(s => s < 12 ? 7 : s < 18 ? -2 : 100)];
        for (int seed = 0; seed < 20; seed++)
        {
            (int[] training, int[] held) = Samples.StratifiedSplit(labels, 0.25f, seed);
            Assert.Equal(Enumerable.Range(0, 20), training.Concat(held).Order());
            Assert.Equal((3, 2, 0), (CountOf(7), CountOf(-2), CountOf(100)));
            Assert.Equal(InOrder(training), training);
            Assert.Equal(InOrder(held), held);

            int CountOf(int label) => held.Count(s => labels[s] == label);
            int[] InOrder(int[] part)
            {
                (int[] first, int[] last) = Samples.Split(20, 0.5f, seed);
                return [.. first.Concat(last).Where(part.Contains)];
            }
        }
    }

    /// <summary>Each class has its share within one sample, for random classes.</summary>
    [Fact]
    public void No_class_is_off_by_a_whole_sample()
    {
        var random = new Random(1);
        for (int k = 0; k < 300; k++)
        {
            int count = random.Next(2, 200), classes = random.Next(1, 12);
            int[] labels = [.. Enumerable.Range(0, count).Select(_ => (int)(classes * random.NextDouble() * random.NextDouble()))];
            (int[] training, int[] held) = Samples.StratifiedSplit(labels, 0.5f, k);
            Assert.Equal(count / 2, held.Length);
            foreach (IGrouping<int, int> group in labels.GroupBy(label => label))
            {
                double share = (double)held.Length * group.Count() / count;
                Assert.InRange(held.Count(s => labels[s] == group.Key), share - 0.999999, share + 0.999999);
            }
        }
    }

    [Fact]
    public void One_class_is_split_as_without_classes()
    {
        (int[] Training, int[] HeldOut) plain = Samples.Split(50, 0.3f, 5), stratified = Samples.StratifiedSplit(new int[50], 0.3f, 5);
        Assert.Equal(plain.Training, stratified.Training);
        Assert.Equal(plain.HeldOut, stratified.HeldOut);
    }

    [Fact]
    public void Rows_and_labels_are_taken_in_the_order_that_is_asked_for()
    {
        Assert.Equal([5, 6, 1, 2, 5, 6], Samples.Take([1f, 2f, 3f, 4f, 5f, 6f], 2, [2, 0, 2]));
        Assert.Equal([30, 10, 30], Samples.Take([10, 20, 30], [2, 0, 2]));
        Assert.Equal([], Samples.Take(new float[4], 2, []));

        float[] taken = new float[6];
        Samples.Take([1f, 2f, 3f, 4f, 5f, 6f], 2, [2, 0, 2], taken);
        Assert.Equal([5, 6, 1, 2, 5, 6], taken);
        Samples.Take(taken, 2, [], []);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Refuses<ArgumentOutOfRangeException>("classes", "classes must be at least 1, but is 0.", () => Samples.OneHot([0], 0));
        Refuses<ArgumentOutOfRangeException>("low", "low must be finite, but is NaN.", () => Samples.OneHot([0], 2, float.NaN));
        Refuses<ArgumentException>(
            "labels", "labels[1] must be at least 0 and less than 3, the number of classes, but is 3.", () => Samples.OneHot([0, 3], 3));
        Refuses<ArgumentException>("labels", "labels[0] must be at least 0", () => Samples.OneHot([-1], 3));
        Refuses<ArgumentException>("labels", "at most 2147483591 values", () => Samples.OneHot(new int[8], 1 << 28));

        Refuses<ArgumentOutOfRangeException>("count", "count must be at least 1, but is 0.", () => Samples.Split(0, 0.5f));
        foreach (float share in (float[])[0f, 1f, -0.1f, float.NaN])
        {
            string message = $"heldOut must be greater than 0 and less than 1, but is {share}.";
            Refuses<ArgumentOutOfRangeException>("heldOut", message, () => Samples.Split(10, share));
            Refuses<ArgumentOutOfRangeException>("heldOut", message, () => Samples.StratifiedSplit(new int[10], share));
        }

        Refuses<ArgumentException>("heldOut", "0.09 of 10, rounded down, is none.", () => Samples.StratifiedSplit(new int[10], 0.09f));
        Refuses<ArgumentException>("labels", "at least one label, but is empty.", () => Samples.StratifiedSplit([], 0.5f));

        Refuses<ArgumentOutOfRangeException>("width", "width must be at least 1, but is 0.", () => Samples.Take([1f], 0, [0]));
        Refuses<ArgumentException>("rows", "whole rows of 2 values, but has a length of 3.", () => Samples.Take(new float[3], 2, [0]));
        Refuses<ArgumentException>(
            "samples", "samples[1] must be at least 0 and less than 2, the number of rows, but is 2.",
            () => Samples.Take(new float[4], 2, [1, 2]));
        Refuses<ArgumentException>(
            "samples", "at most 2147483591 values", () => Samples.Take(new float[1 << 16], 1 << 16, new int[1 << 15]));
        Refuses<ArgumentException>(
            "samples", "samples[0] must be at least 0 and less than 2, the number of labels, but is -1.",
            () => Samples.Take([1, 2], [-1]));
    }

    [Fact]
    public void A_bad_destination_is_not_written_to()
    {
        float[] rows = [1f, 2f, 3f, 4f, 5f, 6f];
        RefusesToWrite("destination", "must have a length of 4, for 2 rows of 2 values, but has 3.", [0, 1], 0..3);
        RefusesToWrite("destination", "must have a length of 2, for 1 rows of 2 values, but has 3.", [0], 0..3);
        RefusesToWrite("destination", "must not share memory with rows", [0], 4..6);
        RefusesToWrite("samples", "samples[0] must be at least 0 and less than 3, the number of rows, but is 3.", [3], 0..2);

        void RefusesToWrite(string argument, string mention, int[] samples, Range destination)
        {
            Refuses<ArgumentException>(argument, mention, () =>
            {
                Samples.Take(rows, 2, samples, rows.AsSpan(destination));
                return rows;
            });
            Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], rows);
        }
    }

    private static void Refuses<T>(string argument, string mention, Func<object> act)
        where T : ArgumentException
    {
        T refusal = Assert.Throws<T>(act);
        Assert.Equal(argument, refusal.ParamName);
        Assert.Contains(mention, refusal.Message);
    }
}
