namespace FastNN.Bench.Ensembles;

/// <summary>What all members of an ensemble do in a call.</summary>
internal enum MemberPass
{
    /// <summary>Outputs from inputs.</summary>
    Forward,

    /// <summary>A step by <see cref="FastNN.Sgd"/>.</summary>
    Sgd,

    /// <summary>A step by <see cref="FastNN.Adam"/>.</summary>
    Adam,
}
