namespace FastNN.Contract;

/// <summary>
/// The primitives of one variant for blocks of sixteen networks of one shape (<see cref="MemberBlocks"/>). A lane is a network. Parameters
/// of a block are W [inputs, outputs][16] and b [outputs][16]. Activations and deltas have a row for each neuron, [blocks][samples][16]
/// (<see cref="MemberGroup"/>). <c>alone</c> says that a sample is the only one of its step, and not one of a batch. The twin of each in
/// Reference says what it computes.
/// </summary>
internal unsafe interface IMemberKernels
{
    /// <summary>The sums of a layer.</summary>
    static abstract void MemberForward(float* a, int inputs, float* w, float* b, float* z, int outputs, MemberGroup group);

    /// <summary>The delta of the layer before. f′ is computed from kept [inputs].</summary>
    static abstract void MemberBackward<A>(
        float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone)
        where A : struct, IActivation;

    /// <summary>
    /// The gradient [inputs + 1, outputs][16], the biases last. It starts from sum, if that is not null. If there are terms
    /// (<see cref="MemberTerms"/>), target are the parameters, and they are updated; if not, it receives the gradient.
    /// </summary>
    static abstract void MemberGradient(
        float* a, int inputs, float* delta, int outputs, MemberGroup group, bool alone, float* sum, float* target, float scale,
        float* terms);

    /// <summary>An update of count parameters of each network by any rule.</summary>
    static abstract void MemberUpdate<TRule>(
        float* w, float* g, float* first, float* second, nint count, bool decays, float* terms, float clip, in RuleTerms<float> rule)
        where TRule : struct, IUpdateRule;
}
