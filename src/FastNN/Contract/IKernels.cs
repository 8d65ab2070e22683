namespace FastNN.Contract;

/// <summary>
/// The primitives of one variant. The twin of each in Reference says what it computes. Pointers are raw and the memory must not move. Sizes
/// are at least 1. Nothing is checked. Deltas are padded with zeros to whole multiples of sixteen. The outputs of a layer may be padded
/// too: <c>writable</c> says how many floats may be written, and the numbers in the padding mean nothing. No other memory is touched, not
/// even read.
/// </summary>
internal unsafe interface IKernels
{
    static abstract void Activate<A>(float* z, float* a, nint count)
        where A : struct, IActivation;

    /// <summary>The same, and f′(z) replaces z.</summary>
    static abstract void ActivateKeepingSlope<A>(float* z, float* a, nint count)
        where A : struct, IActivation;

    /// <summary>The same for a function that may have parameters.</summary>
    static abstract void ActivateBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation;

    /// <summary>The same, and f′(z) replaces z.</summary>
    static abstract void ActivateKeepingSlopeBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation;

    static abstract void Forward<A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where A : struct, IActivation;

    static abstract float OutputDelta<A, C>(C cost, float* a, float* kept, float* y, float* delta, int count)
        where A : struct, IActivation
        where C : struct, ICost;

    /// <summary>The cost of one sample with a weight for each output.</summary>
    static abstract float WeightedCost<C>(C cost, float* a, float* y, float* w, int count)
        where C : struct, ICost;

    /// <summary>x_k ← w_k·x_k, and +0 where w_k is 0.</summary>
    static abstract void Weigh(float* x, float* w, nint count);

    /// <summary>One sample. a may be z.</summary>
    static abstract void Softmax(float* z, float* a, int count);

    /// <summary>On entry delta holds g = ∂C/∂a, on return δ of softmax.</summary>
    static abstract void SoftmaxDelta(float* a, float* delta, int count);

    /// <summary>δ from the sums z. The result is C.</summary>
    static abstract float CrossEntropyDelta(float* z, float* y, float* delta, int count);

    /// <summary>For a function that does not keep its slope. The parameters are updated in the same pass.</summary>
    static abstract void BackwardUpdate<A>(
        float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where A : struct, IActivation;

    /// <summary>The same, but the gradient is added to gw and gb.</summary>
    static abstract void BackwardAccumulate<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation;

    /// <summary>The same, but the gradient is written to gw and gb.</summary>
    static abstract void BackwardGradient<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation;

    /// <summary>Only δ⁻, with the same bits. Neither delta nor inputDelta has a padding.</summary>
    static abstract void BackwardDelta<A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation;

    /// <summary>δ_k ← fma(δ_k, f′_k, 0).</summary>
    static abstract void MultiplySlopes(float* delta, float* slopes, nint count);

    static abstract void GradientDescent(float* w, float* g, nint count, float scale, float rate);

    /// <summary>One update. The result says whether all parameters and states are finite now.</summary>
    static abstract void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule;

    static abstract double SumOfSquares(float* g, nint count, float clip, double least);

    /// <summary>Adds the gradient of a segment to those before. Writes scale times their sum (<see cref="GradientSegments"/>).</summary>
    static abstract void SegmentSum(float* s, float* e, float* g, nint count, float scale);

    /// <summary>One step of a standardizer on rows. mean and factor stand there for the rows of a period.</summary>
    static abstract void StandardizeRows<TStep>(float* x, nint count, float* mean, float* factor, int period, float* y, nint writable)
        where TStep : struct, IStandardizerStep;
}
