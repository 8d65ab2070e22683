using System.Numerics.Tensors;
using FastNN.Scalar;

namespace FastNN.Bench;

/// <summary>
/// The kernels as a careful user of System.Numerics.Tensors would compose them: row by row, no temporary buffers. MultiplyAdd, which may fuse: FusedMultiplyAdd by a scalar takes up to five times as long.
/// </summary>
internal readonly unsafe struct TensorPrimitivesKernels : IKernels
{
    public static void Sigmoid(float* x, float* y, nint count) => TensorPrimitives.Sigmoid<float>(Read(x, count), Write(y, count));

    public static void Forward(float* x, int inputs, float* w, float* b, float* y, int outputs, int room)
    {
        Span<float> z = Write(y, outputs);
        Read(b, outputs).CopyTo(z);
        for (int j = 0; j < inputs; j++, w += outputs) TensorPrimitives.MultiplyAdd(Read(w, outputs), x[j], z, z);
        TensorPrimitives.Sigmoid<float>(z, z);
    }

    /// <summary>δ = 2·(a − 1)·(y − a)·a.</summary>
    public static float OutputDelta(float* a, float* y, float* delta, int count)
    {
        Span<float> d = Write(delta, count);
        TensorPrimitives.Subtract(Read(y, count), Read(a, count), d);
        float cost = TensorPrimitives.SumOfSquares<float>(d);
        TensorPrimitives.Multiply(d, Read(a, count), d);
        TensorPrimitives.AddMultiply(Read(a, count), -1f, d, d);
        TensorPrimitives.Multiply(d, 2f, d);
        return cost;
    }

    public static void Descend(float* w, float* b, float* a, int inputs, float* delta, int outputs, float* inputDelta, float rate)
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

    public static void Accumulate(float* w, float* gw, float* gb, float* a, int inputs, float* delta, int outputs, float* inputDelta)
    {
        ReadOnlySpan<float> d = Read(delta, outputs);
        for (int j = 0; j < inputs; j++, w += outputs, gw += outputs)
        {
            if (inputDelta != null) inputDelta[j] = TensorPrimitives.Dot(Read(w, outputs), d) * (a[j] * (1f - a[j]));
            TensorPrimitives.MultiplyAdd(d, a[j], Read(gw, outputs), Write(gw, outputs));
        }

        TensorPrimitives.Add(Read(gb, outputs), d, Write(gb, outputs));
    }

    public static void GradientDescent(float* w, float* g, nint count, float scale, float rate) =>
        TensorPrimitives.MultiplyAdd(Read(g, count), scale * rate, Read(w, count), Write(w, count));

    /// <summary>Not measured: the reference's, as the other.</summary>
    public static void Update<TRule>(float* w, float* g, float* first, float* second, nint count, in UpdateTerms terms)
        where TRule : struct, IUpdateRule => ScalarKernels.Update<TRule>(w, g, first, second, count, in terms);

    public static double SumOfSquares(float* g, nint count, float clip) => ScalarKernels.SumOfSquares(g, count, clip);

    private static ReadOnlySpan<float> Read(float* source, nint count) => new(source, checked((int)count));

    private static Span<float> Write(float* target, nint count) => new(target, checked((int)count));
}
