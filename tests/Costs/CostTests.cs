using Xunit;

namespace FastNN.Tests.Costs;

/// <summary>What costs say about themselves. <see cref="CostGradientTests"/> compares their values and gradients with the oracle.</summary>
public class CostTests
{
    /// <summary>They are in the order of their names. Each has its row in the oracle.</summary>
    [Fact]
    public void All_of_them()
    {
        Assert.Equal(Cases.PropertiesOf<Cost>(), Cost.All.Select(cost => cost.Name));
        IEnumerable<Cost> known = OracleCosts.Known.Where(cost => cost.Arguments.Count == 0);
        Assert.Equal(Cost.All, known.OrderBy(cost => cost.Name, StringComparer.Ordinal));
        Assert.All(Cost.All, cost => Assert.Equal(cost.Name, cost.ToString()));
        Assert.All(Cost.All, cost => Assert.Same(cost, typeof(Cost).GetProperty(cost.Name)!.GetValue(null)));
        Assert.All(Cost.All, cost => Assert.Contains(Activation.All, cost.Suits));
    }

    [Fact]
    public void The_three_of_the_field()
    {
        Assert.Equal(Activation.All, Suited(Cost.SquaredError));
        Assert.Equal([Activation.Sigmoid], Suited(Cost.BinaryCrossEntropy));
        Assert.Equal([Activation.Softmax], Suited(Cost.CrossEntropy));
        Assert.Equal((float.MinValue, float.MaxValue), RangeOf(Cost.SquaredError));
        Assert.Equal((0f, 1f), RangeOf(Cost.BinaryCrossEntropy));
        Assert.Equal((0f, 1f), RangeOf(Cost.CrossEntropy));
        Cost[] three = [Cost.BinaryCrossEntropy, Cost.CrossEntropy, Cost.SquaredError];
        Assert.Equal([Cost.CrossEntropy], three.Where(cost => cost.TargetsSumToOne));
        Assert.Equal([Cost.BinaryCrossEntropy], three.Where(cost => cost.OutputsAreLabels));
    }

    [Fact]
    public void No_cost_is_squared_error() => Assert.Same(Cost.SquaredError, new Trainer(new Network([2, 1], seed: 1), new Sgd(0.5f)).Cost);

    [Fact]
    public void Null_suits_nothing() => Assert.Throws<ArgumentNullException>("last", () => Cost.SquaredError.Suits(null!));

    private static (float Least, float Most) RangeOf(Cost cost) => (cost.LeastTarget, cost.MostTarget);

    private static IEnumerable<Activation> Suited(Cost cost) => Activation.All.Where(cost.Suits);
}
