namespace FastNN.Bench.Routing;

/// <summary>How some samples take one layer.</summary>
/// <param name="Pass">Forward, or a part of a training step.</param>
/// <param name="Layer">Which layer, how many samples, and the bits of a vector.</param>
/// <param name="Route">In words.</param>
internal sealed record RouteLine(string Pass, string Layer, string Route);
