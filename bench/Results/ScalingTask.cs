namespace FastNN.Bench.Results;

/// <summary>The tasks of <c>-- --scaling</c>, as its report names them: what grows, and which pass.</summary>
internal static class ScalingTask
{
    internal const string Batch = "Batch", Threads = "Threads", Width = "Width", Forward = "forward", Step = "step";

    internal static string Of(string what, string pass) => $"{what} {pass}";
}
