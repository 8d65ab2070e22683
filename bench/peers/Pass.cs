namespace FastNN.Bench.Peers;

/// <summary>What is timed.</summary>
internal enum Pass
{
    /// <summary>Outputs from inputs.</summary>
    Forward,

    /// <summary>Forward, backward and update.</summary>
    Step,
}

internal static class PassNames
{
    /// <summary>As reports call it.</summary>
    internal static string ToTask(this Pass pass) => pass == Pass.Forward ? "Network forward" : "Network step";
}
