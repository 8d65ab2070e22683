using Xunit;

namespace FastNN.Tests.Support;

/// <summary>Nothing else may run beside these tests. They capture what the process prints, or count what it allocates.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
