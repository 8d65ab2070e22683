using Xunit;

namespace FastNN.Tests;

/// <summary>Tests that nothing else may run beside: they change the environment of the process, or count what it allocates.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
