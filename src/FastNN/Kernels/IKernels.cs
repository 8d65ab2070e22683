namespace FastNN;

/// <summary>
/// The primitives of one variant; what they compute stands at their reference in Scalar/, twin by twin. Raw pointers to memory that stays
/// put, sizes at least 1, no checks. Deltas are padded with zeros to whole multiples of sixteen; so may the outputs of a layer be, as
/// <c>room</c> says, with numbers of no meaning.
/// </summary>
internal unsafe interface IKernels
{
    static abstract void Sigmoid(float* x, float* y, nint count);

    static abstract void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int room);

    static abstract float OutputDelta(float* a, float* y, float* delta, int count);

    static abstract void Descend(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate);

    static abstract void Accumulate(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta);

    static abstract void GradientDescent(float* w, float* g, nint count, float scale, float rate);

    static abstract void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule;

    static abstract double SumOfSquares(float* g, nint count, float clip);
}
