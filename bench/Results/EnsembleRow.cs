using FastNN.Bench.Ensembles;

namespace FastNN.Bench.Results;

/// <summary>The names in the report of <c>-- --ensembles</c>: what is done, and who does it.</summary>
internal static class EnsembleRow
{
    internal const string Ensemble = "ensemble", Loop = "loop of networks", Parallel = "Parallel.For of networks";

    internal const string ByMembers = "Members forward", ByWidth = "Width forward", Fit = "Ensemble fit";

    internal static string Of(MemberPass pass) => $"Ensemble {Name(pass)}";

    /// <summary>As tables call it.</summary>
    internal static string Name(MemberPass pass) => pass == MemberPass.Forward ? "forward" : $"step by {pass}";
}
