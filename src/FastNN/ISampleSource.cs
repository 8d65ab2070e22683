namespace FastNN;

/// <summary>
/// Samples that need not be in memory: <see cref="Trainer.Fit"/> asks for them batch by batch. They may come from a file that is larger
/// than the memory, or from a computation.
/// </summary>
/// <remarks>
/// <para>
/// A sample has a number from 0 to <see cref="Count"/> − 1. Each time that a source is asked for a number, it should give the same values.
/// Then training has the bits that it has with the same samples in memory, and a run that was interrupted continues with its bits.
/// </para>
/// <para>
/// The library chooses the order, from <see cref="FitOptions.Seed"/> and the epoch. With <see cref="FitOptions.Shuffle"/> = false each
/// epoch asks for 0, 1, 2, …, ascending. So a source may read a file from its beginning to its end, and start again when it is asked for 0.
/// </para>
/// <para>
/// Calls come one after the other, on the thread that called Fit or Measure. A source must not use the trainer or the network. It may
/// throw: the exception passes through Fit, the last whole step stays made, and the <see cref="FitState"/> says where the run is.
/// </para>
/// </remarks>
public interface ISampleSource
{
    /// <summary>The number of samples, at least 1. It does not change during a call of Fit or Measure.</summary>
    int Count { get; }

    /// <summary>Reads samples.</summary>
    /// <param name="samples">Their numbers, in any order. A number may come more than once.</param>
    /// <param name="inputs">
    /// [samples, n_in], row by row: receives the inputs of the first of these samples, then those of the second, and so on. All values are
    /// NaN before, so Fit refuses a place that was left out.
    /// </param>
    /// <param name="targets">[samples, n_out], row by row: receives the targets in the same way.</param>
    void Read(ReadOnlySpan<int> samples, Span<float> inputs, Span<float> targets);
}
