using System.Numerics.Tensors;
using FastNN.Contract;
using FastNN.Reference;

namespace FastNN.Bench.Contests;

/// <summary>
/// The kernels as a careful user of System.Numerics.Tensors would compose them: row by row, no temporary buffers. MultiplyAdd, which may
/// fuse: FusedMultiplyAdd by a scalar takes up to five times as long.
/// </summary>
internal readonly unsafe struct TensorPrimitivesKernels : IKernels
{
    /// <summary>
    /// Leaky ReLU, SiLU and softplus take two passes, a apart from z: there is no such primitive. Of the exact GELU there is none at all.
    /// </summary>
    public static void Activate<A>(float* z, float* a, nint count)
        where A : struct, IActivation
    {
        ReadOnlySpan<float> x = Read(z, count);
        Span<float> y = Write(a, count);
        switch (default(A))
        {
            case FastNN.Sigmoid: TensorPrimitives.Sigmoid(x, y); break;
            case Tanh: TensorPrimitives.Tanh(x, y); break;
            case Identity: x.CopyTo(y); break;
            case Relu: TensorPrimitives.Max(x, 0f, y); break;
            case LeakyRelu:
                TensorPrimitives.Multiply(x, 0.01f, y);
                TensorPrimitives.Max(x, y, y);
                break;
            case Silu:
                TensorPrimitives.Sigmoid(x, y);
                TensorPrimitives.Multiply(x, y, y);
                break;
            case Softplus:
                TensorPrimitives.Exp(x, y);
                TensorPrimitives.LogP1(y, y);
                break;
            default: throw new NotSupportedException($"TensorPrimitives has no {typeof(A).Name}.");
        }
    }

    public static void ActivateBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation => throw new NotSupportedException($"TensorPrimitives has no {typeof(F).Name}.");

    public static void ActivateKeepingSlopeBy<F>(F f, float* z, float* a, nint count)
        where F : struct, ISpanActivation => throw new NotSupportedException($"TensorPrimitives has no {typeof(F).Name}.");

    public static void Forward<A>(float* x, int inputs, float* w, float* b, float* y, int outputs, int writable)
        where A : struct, IActivation
    {
        Span<float> z = Write(y, outputs);
        Read(b, outputs).CopyTo(z);
        for (int j = 0; j < inputs; j++, w += outputs) TensorPrimitives.MultiplyAdd(Read(w, outputs), x[j], z, z);
        Activate<A>(y, y, outputs);
    }

    public static void Softmax(float* z, float* a, int count) => TensorPrimitives.SoftMax<float>(Read(z, count), Write(a, count));

    /// <summary>Of sigmoids under squared error: δ = 2·(a − 1)·(y − a)·a.</summary>
    public static float OutputDelta<A, C>(C ofOutputs, float* a, float* kept, float* y, float* delta, int count)
        where A : struct, IActivation
        where C : struct, ICost
    {
        Span<float> d = Write(delta, count);
        TensorPrimitives.Subtract(Read(y, count), Read(a, count), d);
        float cost = TensorPrimitives.SumOfSquares<float>(d);
        TensorPrimitives.Multiply(d, Read(a, count), d);
        TensorPrimitives.AddMultiply(Read(a, count), -1f, d, d);
        TensorPrimitives.Multiply(d, 2f, d);
        return cost;
    }

    /// <summary>Behind sigmoids.</summary>
    public static void BackwardUpdate<A>(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
        where A : struct, IActivation
    {
        ReadOnlySpan<float> d = Read(delta, outputs);
        for (int j = 0; j < inputs; j++, w += outputs)
        {
            Span<float> row = Write(w, outputs);
            if (inputDelta != null) inputDelta[j] = TensorPrimitives.Dot(row, d) * (a[j] * (1f - a[j]));
            TensorPrimitives.MultiplyAdd(d, rate * a[j], row, row);
        }

        TensorPrimitives.MultiplyAdd(d, rate, Read(b, outputs), Write(b, outputs));
    }

    /// <summary>Behind sigmoids.</summary>
    public static void BackwardAccumulate<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        ReadOnlySpan<float> d = Read(delta, outputs);
        for (int j = 0; j < inputs; j++, w += outputs, gw += outputs)
        {
            if (inputDelta != null) inputDelta[j] = TensorPrimitives.Dot(Read(w, outputs), d) * (a[j] * (1f - a[j]));
            TensorPrimitives.MultiplyAdd(d, a[j], Read(gw, outputs), Write(gw, outputs));
        }

        TensorPrimitives.Add(Read(gb, outputs), d, Write(gb, outputs));
    }

    /// <summary>Not measured.</summary>
    public static void BackwardGradient<A>(
        float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation => ScalarKernels.BackwardGradient<A>(w, gw, gb, a, inputs, delta, outputs, inputDelta);

    public static void BackwardDelta<A>(float* w, float* a, int inputs, float* delta, int outputs, float* inputDelta)
        where A : struct, IActivation
    {
        ReadOnlySpan<float> d = Read(delta, outputs);
        for (int j = 0; j < inputs; j++, w += outputs) inputDelta[j] = TensorPrimitives.Dot(Read(w, outputs), d) * (a[j] * (1f - a[j]));
    }

    public static void GradientDescent(float* w, float* g, nint count, float scale, float rate) =>
        TensorPrimitives.MultiplyAdd(Read(g, count), scale * rate, Read(w, count), Write(w, count));

    public static void ActivateKeepingSlope<A>(float* z, float* a, nint count)
        where A : struct, IActivation => throw new NotSupportedException("Not in a contest.");

    public static void MultiplySlopes(float* delta, float* slopes, nint count) => throw new NotSupportedException("Not in a contest.");

    public static float WeightedCost<C>(C cost, float* a, float* y, float* w, int count)
        where C : struct, ICost => throw new NotSupportedException("Not in a contest.");

    public static void Weigh(float* x, float* w, nint count) => throw new NotSupportedException("Not in a contest.");

    public static void SoftmaxDelta(float* a, float* delta, int count) => throw new NotSupportedException("Not in a contest.");

    public static float CrossEntropyDelta(float* z, float* y, float* delta, int count) =>
        throw new NotSupportedException("Not in a contest.");

    /// <summary>Not measured: the reference's, as the other.</summary>
    public static void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule => ScalarKernels.Update<TRule>(w, g, first, second, count, in terms);

    public static double SumOfSquares(float* g, nint count, float clip, double least) =>
        ScalarKernels.SumOfSquares(g, count, clip, least);

    public static void SegmentSum(float* s, float* e, float* g, nint count, float scale) =>
        ScalarKernels.SegmentSum(s, e, g, count, scale);

    public static void StandardizeRows<TStep>(float* x, nint count, float* mean, float* factor, int period, float* y, nint writable)
        where TStep : struct, IStandardizerStep => throw new NotSupportedException("Not in a contest.");

    private static ReadOnlySpan<float> Read(float* source, nint count) => new(source, checked((int)count));

    private static Span<float> Write(float* target, nint count) => new(target, checked((int)count));
}
