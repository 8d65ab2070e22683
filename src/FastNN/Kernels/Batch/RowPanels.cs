using System.Runtime.CompilerServices;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// The weights of a layer in the order in which <see cref="RowGemm"/> reads them: [panel][inputs][two vectors of outputs]. So a panel is
/// one piece of memory. Outputs that do not exist have zeros.
/// </summary>
internal static unsafe class RowPanels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Floats<S, V>(int inputs, int outputs)
        where S : struct, ISimd<V>
        where V : struct => (long)Parts.Of(outputs, 2 * S.Count) * inputs * (2 * S.Count);

    /// <param name="w">Weights [inputs, outputs].</param>
    /// <param name="inputs">Rows of W.</param>
    /// <param name="outputs">Columns of W.</param>
    /// <param name="packed">Receives the panels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Pack<S, V>(float* w, int inputs, int outputs, float* packed)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (int i = 0; i < outputs; i += 2 * S.Count)
        {
            V first = S.First(Math.Min(outputs - i, S.Count)), second = S.First(Math.Clamp(outputs - i - S.Count, 0, S.Count));
            float* from = w + i;
            for (int j = 0; j < inputs; j++, from += outputs, packed += 2 * S.Count)
            {
                S.Store(S.LoadFirst(from, first), packed);
                S.Store(S.LoadFirst(from + S.Count, second), packed + S.Count);
            }
        }
    }
}
