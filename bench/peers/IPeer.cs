namespace FastNN.Bench.Peers;

/// <summary>
/// A library with a <see cref="Problem"/> in its hands: its own network, inputs and outputs, as its careful user would keep them.
/// </summary>
internal interface IPeer : IDisposable
{
    /// <summary>The outputs of the whole batch, left where the library puts them.</summary>
    void Forward();

    /// <summary>What the last <see cref="Forward"/> computed, [batch, out] row by row.</summary>
    void ReadOutputs(Span<float> outputs);
}

/// <summary>A library that learns too.</summary>
internal interface ITrainingPeer : IPeer
{
    /// <summary>Forward, backward and update: one step down the gradient of the mean of the samples' costs.</summary>
    void Step();

    /// <summary>The parameters as they are now, in FastNN's layout.</summary>
    void ReadParameters(Span<float> parameters);
}
