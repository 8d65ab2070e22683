namespace FastNN.Bench.Pictures;

/// <summary>The tasks of whole networks, as a report names them.</summary>
internal static class NetworkTasks
{
    internal const string Forward = "Network forward";
    internal const string Step = "Network step";
}
