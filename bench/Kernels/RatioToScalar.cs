using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace FastNN.Bench;

/// <summary>
/// How many times faster than Scalar at the same shape. BenchmarkDotNet's own Ratio needs a method or job as baseline; here the contestants
/// are a parameter, so that the list of supported variants alone says who they are.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RatioToScalarAttribute() : ColumnConfigBaseAttribute(new RatioToScalar());

internal sealed class RatioToScalar : IColumn
{
    public string Id => nameof(RatioToScalar);

    public string ColumnName => "Speed-up";

    public string Legend => "Mean time of Scalar at the same shape divided by this mean time";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Baseline;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        BenchmarkCase? scalar = summary.BenchmarksCases.FirstOrDefault(c =>
            c.Descriptor.Type == benchmarkCase.Descriptor.Type
            && c.Job == benchmarkCase.Job
            && c.Parameters[nameof(KernelBenchmark.Kernels)] == Contestant.Scalar
            && c.Parameters[nameof(KernelBenchmark.Shape)].Equals(benchmarkCase.Parameters[nameof(KernelBenchmark.Shape)]));
        double? mean = summary[benchmarkCase]?.ResultStatistics?.Mean, reference = scalar is null ? null : summary[scalar]?.ResultStatistics?.Mean;
        return reference / mean is double speedUp ? $"{speedUp:F1}" : "?";
    }
}
