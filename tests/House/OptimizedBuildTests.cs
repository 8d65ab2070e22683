using System.Diagnostics;
using System.Reflection;
using FastNN.Dispatch;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>Every configuration builds the libraries with optimization. CI runs this on a Debug build, too.</summary>
public class OptimizedBuildTests
{
    public static TheoryData<Type> Libraries { get; } = [typeof(Network), typeof(OnnxModel)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_JIT_may_optimize(Type type) =>
        Assert.False(
            type.Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled ?? false,
            $"{type.Assembly.GetName().Name} was built without optimization.");

    [Fact]
    public void The_report_does_not_say_otherwise() =>
        Assert.DoesNotContain("built without optimization", KernelReport.Current.WhyUnoptimized ?? "");
}
