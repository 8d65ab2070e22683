using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>A micro-kernel with all its arguments but the number of rows, which the JIT must know to keep their sums in registers.</summary>
internal interface IForRows
{
    void Run<R>()
        where R : struct, IConst;
}

/// <summary>The one place where a number of rows becomes a type.</summary>
internal static class RowCount
{
    /// <summary>Rows whose sums stay in registers, with two vectors each: AVX2's sixteen registers allow no more.</summary>
    internal const int Most = 6;

    /// <summary>Runs the micro-kernel for 1 to <see cref="Most"/> rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Call<TKernel>(int rows, TKernel kernel)
        where TKernel : struct, IForRows
    {
        switch (rows)
        {
            case 1: kernel.Run<Const.One>(); break;
            case 2: kernel.Run<Const.Two>(); break;
            case 3: kernel.Run<Const.Three>(); break;
            case 4: kernel.Run<Const.Four>(); break;
            case 5: kernel.Run<Const.Five>(); break;
            default: kernel.Run<Const.Six>(); break;
        }
    }
}
