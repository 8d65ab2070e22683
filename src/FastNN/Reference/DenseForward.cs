using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>y_i = f(b_i + Σ_j x_j·w_ij). The specification of the kernel <c>Sample.DenseForward</c>.</summary>
internal static unsafe class DenseForward
{
    internal static void Forward<A>(float* x, int inputs, float* w, float* b, float* y, int outputs)
        where A : struct, IActivation
    {
        for (int i = 0; i < outputs; i++)
        {
            float z = SumOrder.IsNarrow(inputs, outputs)
                ? Chain(b[i], x, 0, 4, inputs, w + i, outputs) + Chain(0f, x, 2, 4, inputs, w + i, outputs)
                    + (Chain(0f, x, 1, 4, inputs, w + i, outputs) + Chain(0f, x, 3, 4, inputs, w + i, outputs))
                : Chain(b[i], x, 0, 1, inputs, w + i, outputs);
            y[i] = A.Value(z);
        }
    }

    /// <summary>z + Σ x_j·w_j over j = first, first + step, … in ascending order, with one fused multiply-add for each j.</summary>
    private static float Chain(float z, float* x, int first, int step, int inputs, float* w, int stride)
    {
        for (int j = first; j < inputs; j += step) z = MathF.FusedMultiplyAdd(w[j * (nint)stride], x[j], z);
        return z;
    }
}
