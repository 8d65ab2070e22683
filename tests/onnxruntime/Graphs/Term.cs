namespace FastNN.Tests.Graphs;

/// <summary>A value of a graph in double precision, and what is known of its rounding.</summary>
/// <param name="Value">The exact value.</param>
/// <param name="Error">The most by which a runtime may be off.</param>
/// <param name="Magnitude">
/// The sum of the absolute values of what was added up to the value. Rounding is relative to it, whatever the order of the steps and
/// whichever of them are folded.
/// </param>
internal readonly record struct Term(double Value, double Error, double Magnitude);
