using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Plumbing;
using FastNN.Simd;
using FastNN.Tuning;

namespace FastNN.Batch;

/// <summary>
/// H += JᵀJ, the lower triangle, for the rows r of a segment in ascending order (<see cref="GramSegments"/>):
/// <code>h_ji = Σ_r J_rj·J_ri,   i ≤ j          J [rows, columns],   H [columns, columns]</code>
/// <para>
/// J is in panels [panel][row][three vectors], which are read end to end. A strip of eight columns j by three vectors of columns i stays in
/// registers while all rows pass. If there are only sixteen registers, a strip has four columns. One J_rj is broadcast at a time. At the
/// diagonal, one or two vectors are enough for some strips. The panels of a group stay in L2 while all strips pass.
/// </para>
/// </summary>
internal static unsafe class Gram
{
    private const int Vectors = 3, MostRows = 8;

    /// <summary>
    /// How many rows ahead the panels are fetched from L2. At 512 bits, 1000 rows of 1000 columns reach 95 % of the peak, and of 3000
    /// columns 92 % (<c>--gram</c>). Without fetches they reach 88 and 85 %. At 256 bits, there is no difference beyond the noise.
    /// </summary>
    private const int FetchedRows = 8;

    /// <summary>Floats in the panels of a segment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static long Floats<S, V>(int columns, int rows)
        where S : struct, ISimd<V>
        where V : struct => Parts.Of(columns, Vectors * S.Count) * (Vectors * S.Count) * (long)rows;

    /// <summary>Writes one row of J into the panels. Columns that do not exist have zeros.</summary>
    /// <param name="source">The row.</param>
    /// <param name="columns">Columns of J.</param>
    /// <param name="panels">The panels of the segment.</param>
    /// <param name="row">The number of the row in the segment.</param>
    /// <param name="rows">Rows of the segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackRow<S, V>(float* source, int columns, float* panels, int row, int rows)
        where S : struct, ISimd<V>
        where V : struct
    {
        int width = Vectors * S.Count;
        float* to = panels + row * width;
        for (int left = columns; left > 0; left -= width, source += width, to += (nint)rows * width)
        {
            if (left >= width)
            {
                S.Store(S.Load(source), to);
                S.Store(S.Load(source + S.Count), to + S.Count);
                S.Store(S.Load(source + 2 * S.Count), to + 2 * S.Count);
            }
            else
            {
                for (int k = 0; k < width; k += S.Count)
                    S.Store(S.LoadFirst(source + k, S.First(Math.Clamp(left - k, 0, S.Count))), to + k);
            }
        }
    }

    /// <summary>Adds the sums of a segment to rows from..to of H.</summary>
    /// <param name="panels">J. The panels start at a cache line.</param>
    /// <param name="rows">Rows of the segment.</param>
    /// <param name="from">The first row of H. Multiples of eight share no strip, so they are the best places to divide H.</param>
    /// <param name="to">The row after the last.</param>
    /// <param name="h">H. Nothing right of the diagonal is touched.</param>
    /// <param name="stride">Numbers from row to row of H.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add<S, V>(float* panels, int rows, int from, int to, double* h, nint stride)
        where S : struct, ISimd<V>
        where V : struct
    {
        int width = Vectors * S.Count, strip = StripOf<S, V>(), group = width * Routes.GramPanels(rows, width, Machine.Here);
        float* sums = stackalloc float[MostRows * width];
        for (int first = 0; first < to; first += group)
        {
            for (int j = Math.Max(from / strip * strip, first); j < to; j += strip)
            {
                float* columns = panels + (nint)rows * (j / width * width) + j % width;
                int top = Math.Max(from, j), bottom = Math.Min(to, j + strip), end = Math.Min(bottom, first + group);
                for (int i = first; i < end; i += width)
                {
                    float* panel = panels + (nint)rows * i;
                    Fetch(h + top * stride + i, bottom - top, stride, Math.Min(end - i, width));
                    if (end - i > 2 * S.Count) Sum<S, V, Const.Three>(panel, columns, rows, sums);
                    else if (end - i > S.Count) Sum<S, V, Const.Two>(panel, columns, rows, sums);
                    else Sum<S, V, Const.One>(panel, columns, rows, sums);
                    for (int row = top; row < bottom; row++)
                        Widen(sums + (row - j) * width, Math.Min(row + 1 - i, width), h + row * stride + i);
                }
            }
        }
    }

    /// <summary>
    /// Columns of a strip. They never lie in two panels. At 128 bits eight would, because a panel has twelve columns.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StripOf<S, V>()
        where S : struct, ISimd<V>
        where V : struct => S.Registers >= 32 && S.Count >= MostRows ? MostRows : 4;

    /// <summary>
    /// The sums of a strip by N vectors. No call follows the loop. Otherwise the JIT would keep the sums in memory, from the call back into
    /// the loop.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<S, V, N>(float* panel, float* columns, int rows, float* sums)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        V z0 = default, z1 = default, z2 = default, z3 = default, z4 = default, z5 = default, z6 = default, z7 = default;
        V u0 = default, u1 = default, u2 = default, u3 = default, u4 = default, u5 = default, u6 = default, u7 = default;
        V v0 = default, v1 = default, v2 = default, v3 = default, v4 = default, v5 = default, v6 = default, v7 = default;
        nint width = Vectors * S.Count;
        for (float* end = panel + rows * width; panel < end; panel += width, columns += width)
        {
            Fetch<S, V, N>(panel + FetchedRows * width, columns + FetchedRows * width);
            V x0 = S.Load(panel), x1 = x0, x2 = x0;
            if (N.Value > 1) x1 = S.Load(panel + S.Count);
            if (N.Value > 2) x2 = S.Load(panel + 2 * S.Count);
            Add<S, V, N>(columns[0], x0, x1, x2, ref z0, ref u0, ref v0);
            Add<S, V, N>(columns[1], x0, x1, x2, ref z1, ref u1, ref v1);
            Add<S, V, N>(columns[2], x0, x1, x2, ref z2, ref u2, ref v2);
            Add<S, V, N>(columns[3], x0, x1, x2, ref z3, ref u3, ref v3);
            if (StripOf<S, V>() == 4) continue;

            Add<S, V, N>(columns[4], x0, x1, x2, ref z4, ref u4, ref v4);
            Add<S, V, N>(columns[5], x0, x1, x2, ref z5, ref u5, ref v5);
            Add<S, V, N>(columns[6], x0, x1, x2, ref z6, ref u6, ref v6);
            Add<S, V, N>(columns[7], x0, x1, x2, ref z7, ref u7, ref v7);
        }

        Store<S, V, N>(z0, u0, v0, sums);
        Store<S, V, N>(z1, u1, v1, sums + width);
        Store<S, V, N>(z2, u2, v2, sums + 2 * width);
        Store<S, V, N>(z3, u3, v3, sums + 3 * width);
        if (StripOf<S, V>() == 4) return;

        Store<S, V, N>(z4, u4, v4, sums + 4 * width);
        Store<S, V, N>(z5, u5, v5, sums + 5 * width);
        Store<S, V, N>(z6, u6, v6, sums + 6 * width);
        Store<S, V, N>(z7, u7, v7, sums + 7 * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<S, V, N>(float value, V x0, V x1, V x2, ref V z, ref V u, ref V v)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        V factor = S.Factor(value);
        z = S.MultiplyAddFactor(x0, factor, z);
        if (N.Value > 1) u = S.MultiplyAddFactor(x1, factor, u);
        if (N.Value > 2) v = S.MultiplyAddFactor(x2, factor, v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V, N>(V z, V u, V v, float* sums)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        S.Store(z, sums);
        if (N.Value > 1) S.Store(u, sums + S.Count);
        if (N.Value > 2) S.Store(v, sums + 2 * S.Count);
    }

    /// <summary>Adds floats to numbers in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(float* sums, int count, double* target)
    {
        int k = 0;
        for (; k <= count - 8; k += 8)
        {
            Vector256<float> sum = Vector256.Load(sums + k);
            (Vector256.Load(target + k) + Vector256.WidenLower(sum)).Store(target + k);
            (Vector256.Load(target + k + 4) + Vector256.WidenUpper(sum)).Store(target + k + 4);
        }

        for (; k < count; k++) target[k] += sums[k];
    }

    /// <summary>Begins to bring a row of a panel and of a strip into L1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<S, V, N>(float* panel, float* columns)
        where S : struct, ISimd<V>
        where V : struct
        where N : struct, IConst
    {
        Prefetch.Line(panel);
        if (N.Value * S.Count > Caches.LineFloats) Prefetch.Line(panel + Caches.LineFloats);
        if (N.Value * S.Count > 2 * Caches.LineFloats) Prefetch.Line(panel + 2 * Caches.LineFloats);
        Prefetch.Line(columns);
    }

    /// <summary>The same for rows of H.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(double* target, int rows, nint stride, int count)
    {
        for (; rows > 0; rows--, target += stride)
        {
            for (int k = 0; k < count; k += Caches.LineFloats / 2) Prefetch.Line((float*)(target + k));
        }
    }
}
