using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>y_i = f(b_i + Σ_j x_j·w_ij). The specification of the kernel <c>Sample.DenseForward</c>.</summary>
internal static unsafe class DenseForward
{
    internal static void Forward<A>(float* x, int inputs, float* w, float* b, float* y, int outputs)
        where A : struct, IActivation
    {
        for (int i = 0; i < outputs; i++) y[i] = A.Value(Sum(x, 1, inputs, w + i, outputs, b[i], SumOrder.IsNarrow(inputs, outputs)));
    }

    /// <summary>b + Σ_j x_j·w_j in the order of a layer. Inputs and weights are some floats apart.</summary>
    internal static float Sum(float* x, nint xStride, int inputs, float* w, nint wStride, float b, bool narrow) => narrow
        ? Chain(b, x, xStride, 0, 4, inputs, w, wStride) + Chain(0f, x, xStride, 2, 4, inputs, w, wStride)
            + (Chain(0f, x, xStride, 1, 4, inputs, w, wStride) + Chain(0f, x, xStride, 3, 4, inputs, w, wStride))
        : Chain(b, x, xStride, 0, 1, inputs, w, wStride);

    /// <summary>z + Σ x_j·w_j over j = first, first + step, … in ascending order, with one fused multiply-add for each j.</summary>
    private static float Chain(float z, float* x, nint xStride, int first, int step, int inputs, float* w, nint wStride)
    {
        for (nint j = first; j < inputs; j += step) z = MathF.FusedMultiplyAdd(w[j * wStride], x[j * xStride], z);
        return z;
    }
}
