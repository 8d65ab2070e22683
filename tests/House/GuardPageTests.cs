using FastNN.Dispatch;
using FastNN.Tests.Api;
using FastNN.Tests.Batch;
using FastNN.Tests.Members;
using FastNN.Tests.Passes;
using FastNN.Tests.Sample;
using FastNN.Tests.Spans;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>
/// Runs the tests of kernels, of passes and of what users call once more, in a process whose buffers lie between <see cref="GuardPages"/>.
/// A second test shows that these would notice: it hands out memory that begins one float further. Then the tests of every class of kernels
/// end their process in the library. So does each test of passes and of public methods.
/// </summary>
[Trait("Category", "GuardPages")]
public class GuardPageTests
{
    private static readonly Type[] s_kernels =
    [
        typeof(LayerKernelTests), typeof(TileKernelTests), typeof(RowPanelsTests), typeof(GramTests), typeof(DenseForwardTests),
        typeof(DenseBackwardTests), typeof(BackwardDeltaTests), typeof(TileBackwardDeltaTests), typeof(OutputDeltaTests),
        typeof(UpdateKernelTests), typeof(GradientDescentTests),
        typeof(WeightedOutputTests), typeof(MemberForwardTests), typeof(MemberKernelTests),
    ];

    /// <summary>A child process takes half a minute on a machine with nothing else to do.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(10);

    private static readonly Type[] s_callers = [typeof(PassMemoryTests), typeof(UserMemoryTests)];

    public static TheoryData<string, string> TestsAndSides { get; } =
    [
        .. from tests in s_kernels.Select(All).Concat(s_callers.SelectMany(Each))
           from side in (string[])["behind", "before"]
           select (tests, side),
    ];

    [Fact]
    public async Task Nothing_reads_or_writes_beyond_its_memory()
    {
        const int leastOfEachVariant = 60;
        (int exit, string output) = await Run([.. s_kernels.Concat(s_callers).Select(All)], offByOne: null);
        OtherProcess.AssertPassed(exit, output, leastOfEachVariant * KernelSet.Supported.Length);
    }

    [Theory]
    [MemberData(nameof(TestsAndSides))]
    public async Task One_float_further_ends_the_process(string tests, string side)
    {
        (int exit, string output) = await Run([tests], side);
        Assert.NotEqual(0, exit);
        Assert.Contains(nameof(AccessViolationException), output); // a test that fails is not enough
        string place = output.Split('\n').First(line => line.StartsWith("   at FastNN.", StringComparison.Ordinal));
        Assert.DoesNotContain("FastNN.Tests.", place[..place.IndexOf('(')]);
    }

    private static string All(Type tests) => $"{tests.FullName}.*";

    private static IEnumerable<string> Each(Type tests) =>
        tests.GetMethods().Where(method => method.IsDefined(typeof(TheoryAttribute), inherit: false))
            .Select(method => $"{tests.FullName}.{method.Name}");

    private static Task<(int Exit, string Output)> Run(string[] tests, string? offByOne) => OtherProcess.Run(
        tests, s_hang, (GuardPages.EnvironmentVariable, "1"), (Guarded.OffByOneVariable, offByOne));
}
