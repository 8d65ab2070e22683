using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Batch;

/// <summary>
/// A micro-kernel with all its arguments except the number of rows. The JIT must know that number to keep the sums of the rows in
/// registers.
/// </summary>
internal interface IForRows
{
    /// <summary>Calls the micro-kernel for R rows.</summary>
    void Call<R>()
        where R : struct, IConst;
}

/// <summary>The only place where a number of rows becomes a type.</summary>
internal static class RowCount
{
    /// <summary>The most rows whose sums stay in registers, with two vectors each. The sixteen registers of AVX2 allow no more.</summary>
    internal const int Most = 6;

    /// <summary>Calls the micro-kernel for 1 to <see cref="Most"/> rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Call<TKernel>(int rows, TKernel kernel)
        where TKernel : struct, IForRows
    {
        switch (rows)
        {
            case 1: kernel.Call<Const.One>(); break;
            case 2: kernel.Call<Const.Two>(); break;
            case 3: kernel.Call<Const.Three>(); break;
            case 4: kernel.Call<Const.Four>(); break;
            case 5: kernel.Call<Const.Five>(); break;
            default: kernel.Call<Const.Six>(); break;
        }
    }
}
