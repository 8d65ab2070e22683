using FastNN.Bench.Runs;
using Xunit;

namespace FastNN.Tests.Bench;

/// <summary>From when on a process counts as warm.</summary>
public class ColdCallsTests
{
    [Fact]
    public void A_speed_is_reached_with_the_first_of_three_windows_in_a_row()
    {
        double[] calls = [80, 9, 9, 20, 10, 9, 8, 9];
        ColdCalls.Window[] windows = [.. calls.Select((call, k) => new ColdCalls.Window(5 * k, call))];
        Assert.Equal(20, ColdCalls.Reach(windows, 10));
        Assert.Equal(5, ColdCalls.Reach(windows, 20));
        Assert.Equal(0, ColdCalls.Reach(windows, 80));
        Assert.Null(ColdCalls.Reach(windows, 8.5));
    }
}
