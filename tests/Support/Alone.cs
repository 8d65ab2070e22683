using Xunit;

namespace FastNN.Tests.Support;

/// <summary>Tests that nothing else may run beside: they capture what the process prints, or count what it allocates.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
