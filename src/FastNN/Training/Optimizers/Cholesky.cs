using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Plumbing;
using FastNN.Simd;
using V = System.Runtime.Intrinsics.Vector256<double>;

namespace FastNN.Optimizers;

/// <summary>
/// A + D = L·Lᵀ for a symmetric matrix A, [n, n] in double precision, and a diagonal D. Only the lower triangle of A and its diagonal are
/// read. L is kept here, in 4·n·(n + 24) bytes. Nothing is allocated after the constructor. One object is for one caller at a time.
/// <para>
/// Each number is one chain of fused multiply-adds over k in ascending order, with one rounding a term. r_i is 1 / l_ii:
/// <code>
/// t_jj = a_jj + d_j,   t_jj ← fma(−l_jk, l_jk, t_jj) for k = 0 … j−1,   r_j = 1 / √t_jj
/// t_ji = a_ji,         t_ji ← fma(−l_ik, l_jk, t_ji) for k = 0 … i−1,   l_ji = t_ji·r_i
/// </code>
/// So neither blocks nor vectors decide the bits. A number of L has i roundings in its chain and two behind it, so lemma 8.4 and theorem
/// 10.3 of N. J. Higham, Accuracy and Stability of Numerical Algorithms, give |A + D − L·Lᵀ|_ji ≤ γ_{i+2}·(|L|·|Lᵀ|)_ji, i ≤ j.
/// </para>
/// <para>
/// Lᵀ is in strips of 24 columns. The rows of a strip follow one another, down to the diagonal. So memory is read in sequence, whatever n
/// is. Ones on the diagonal fill the matrix up, so no strip is narrower. The rows of Lᵀ are made in blocks of 96, and 96 rows of a strip
/// stay in L1. Four rows by three vectors stay in registers. A division for each number took a third of the time for n = 100.
/// </para>
/// </summary>
/// <param name="n">Rows and columns of the matrix, at least 1.</param>
internal sealed unsafe class Cholesky(int n)
{
    /// <summary>Columns of a strip, rows of a block, rows in registers, and lanes of the sums in <see cref="Solve"/>.</summary>
    private const int Width = 24, Block = 96, Rows = 4, Lanes = 8;

    private readonly int _strips = (n + Width - 1) / Width, _rows = (n + Rows - 1) / Rows * Rows;

    private readonly AlignedBuffer _transposed = new(checked(2 * (int)StartOf((n + Width - 1) / Width)));

    /// <summary>The squares of Lᵀ on its diagonal, [4, 4] each, with r_k for l_kk. So r_k is at 4·k + k mod 4.</summary>
    private readonly AlignedBuffer _corners = new(2 * Rows * (n + Rows));

    /// <summary>y, and then x.</summary>
    private readonly AlignedBuffer _solution = new(2 * (n + Width));

    private double* Corners => (double*)_corners.Pointer;

    /// <summary>Computes L. The result is false if A + D is not positive definite or has a number that is not finite.</summary>
    /// <param name="a">A, its lower triangle.</param>
    /// <param name="stride">Numbers from row to row.</param>
    /// <param name="damping">The diagonal of D, n numbers.</param>
    internal bool Factor(double* a, nint stride, double* damping) => Vector512.IsHardwareAccelerated
        ? Factor<SimdDouble512, Vector512<double>>(a, stride, damping)
        : Factor<SimdDouble256, V>(a, stride, damping);

    /// <summary>The same with vectors of one width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Factor<S, T>(double* a, nint stride, double* damping)
        where S : struct, ISimdDouble<T>
        where T : struct
    {
        for (int s = 0; s < _strips; s++) Copy(a, stride, damping, s);
        for (int first = 0; first < n; first += Block)
        {
            for (int s = first / Width; s < _strips; s++)
            {
                if (!MakeRows<S, T>(s, first)) return false;
            }
        }

        return true;
    }

    /// <summary>l_jk, k &lt; j.</summary>
    internal double Of(int j, int k) => Strip(j / Width)[k * Width + j % Width];

    /// <summary>
    /// Solves L·Lᵀ·x = b, after <see cref="Factor(double*, nint, double*)"/> has been true:
    /// <code>
    /// t_j = b_j,   t_j ← fma(−l_jk, y_k, t_j) for k = 0 … j−1,   y_j = t_j·r_j
    /// x_k = (y_k − S_k)·r_k,   S_k = Σ l_jk·x_j over j = n−1 … k+1
    /// </code>
    /// S_k has eight lanes. The term of j goes to lane j mod 8 by a fused multiply-add. Then the lanes are folded in halves, as in the sum
    /// in sixteen lanes.
    /// </summary>
    /// <param name="b">b. Receives x.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Solve(double* b)
    {
        var x = (double*)_solution.Pointer;
        new ReadOnlySpan<double>(b, n).CopyTo(new Span<double>(x, n));
        new Span<double>(x + n, Width * _strips - n).Clear();
        for (int s = 0; s < _strips; s++) SolveStrip(Strip(s), s * Width, x);
        for (int i = _rows - Rows; i >= 0; i -= Rows) SolveRows(i, x);
        new ReadOnlySpan<double>(x, n).CopyTo(new Span<double>(b, n));
    }

    /// <summary>Where a strip starts: the strips before it have 24, 48, 72 … rows.</summary>
    private static nint StartOf(int strip) => (nint)strip * (strip + 1) / 2 * Width * Width;

    private double* Strip(int strip) => (double*)_transposed.Pointer + StartOf(strip);

    /// <summary>Copies A + D to a strip. Eight columns of A are a line of the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(double* a, nint stride, double* damping, int s)
    {
        double* strip = Strip(s);
        int first = s * Width, last = Math.Min(first + Width, n);
        for (int i = 0; i < first; i += Lanes)
        {
            double* to = strip + i * Width;
            int j = first;
            for (; j <= last - V.Count; j += V.Count) Transpose(a + j * stride + i, stride, to + j - first);
            for (; j < last; j++)
            {
                for (int k = 0; k < Lanes; k++) to[k * Width + j - first] = a[j * stride + i + k];
            }
        }

        double* square = strip + first * Width;
        new Span<double>(square, Width * Width).Clear();
        for (int j = first; j < first + Width; j++)
        {
            int end = j < last ? j : first;
            for (int i = first; i < end; i++) square[(i - first) * Width + j - first] = a[j * stride + i];
            square[(j - first) * (Width + 1)] = j < last ? a[j * stride + j] + damping[j] : 1;
        }
    }

    /// <summary>Copies eight columns of four rows to eight rows of a strip.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(double* a, nint stride, double* to)
    {
        double* b = a + stride, c = b + stride, d = c + stride;
        for (int k = 0; k < Lanes; k++, to += Width) Vector256.Create(a[k], b[k], c[k], d[k]).Store(to);
    }

    /// <summary>Makes the rows of a block in a strip, and subtracts their products from the rows below them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool MakeRows<S, T>(int s, int first)
        where S : struct, ISimdDouble<T>
        where T : struct
    {
        double* strip = Strip(s), from = strip + first * Width;
        int start = s * Width, end = Math.Min(start + Width, _rows), step = 3 * S.Count;
        for (int i = first; i < end; i += Rows)
        {
            double* to = strip + i * Width, factors = Strip(i / Width) + first * Width + i % Width, corner = Corners + Rows * i;
            int left = Math.Max(i - start, 0) / step * step; // no column left of row i's diagonal is needed
            for (int j = left; j < end - start; j += step) Subtract<S, T>(from + j, factors, Math.Min(i - first, Block), to + j);
            if (i >= first + Block) continue;
            if (i >= start && !FactorCorner(to + i % Width, corner)) return false;

            Finish(to, corner);
        }

        return true;
    }

    /// <summary>Subtracts products from four rows of three vectors.</summary>
    /// <param name="x">Rows of the same columns.</param>
    /// <param name="factors">The same rows, at the columns that are the four rows.</param>
    /// <param name="terms">How many rows.</param>
    /// <param name="to">Where the four rows are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract<S, T>(double* x, double* factors, int terms, double* to)
        where S : struct, ISimdDouble<T>
        where T : struct
    {
        double* t0 = to, t1 = t0 + Width, t2 = t1 + Width, t3 = t2 + Width;
        T a0 = S.Load(t0), b0 = S.Load(t0 + S.Count), c0 = S.Load(t0 + 2 * S.Count);
        T a1 = S.Load(t1), b1 = S.Load(t1 + S.Count), c1 = S.Load(t1 + 2 * S.Count);
        T a2 = S.Load(t2), b2 = S.Load(t2 + S.Count), c2 = S.Load(t2 + 2 * S.Count);
        T a3 = S.Load(t3), b3 = S.Load(t3 + S.Count), c3 = S.Load(t3 + 2 * S.Count);
        for (; terms > 0; terms--, x += Width, factors += Width)
        {
            T a = S.Load(x), b = S.Load(x + S.Count), c = S.Load(x + 2 * S.Count);
            Subtract<S, T>(factors[0], a, b, c, ref a0, ref b0, ref c0);
            Subtract<S, T>(factors[1], a, b, c, ref a1, ref b1, ref c1);
            Subtract<S, T>(factors[2], a, b, c, ref a2, ref b2, ref c2);
            Subtract<S, T>(factors[3], a, b, c, ref a3, ref b3, ref c3);
        }

        Store<S, T>(t0, a0, b0, c0);
        Store<S, T>(t1, a1, b1, c1);
        Store<S, T>(t2, a2, b2, c2);
        Store<S, T>(t3, a3, b3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subtract<S, T>(double factor, T a, T b, T c, ref T ta, ref T tb, ref T tc)
        where S : struct, ISimdDouble<T>
        where T : struct
    {
        T l = S.Broadcast(factor);
        ta = S.SubtractProduct(l, a, ta);
        tb = S.SubtractProduct(l, b, tb);
        tc = S.SubtractProduct(l, c, tc);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, T>(double* to, T a, T b, T c)
        where S : struct, ISimdDouble<T>
        where T : struct
    {
        S.Store(a, to);
        S.Store(b, to + S.Count);
        S.Store(c, to + 2 * S.Count);
    }

    /// <summary>
    /// Computes four rows of Lᵀ at the columns that are these rows. The result is false if a pivot is not positive or not finite.
    /// </summary>
    /// <param name="t">What is left of A + D there, in a strip.</param>
    /// <param name="corner">Receives the rows of Lᵀ, [4, 4].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FactorCorner(double* t, double* corner)
    {
        for (int k = 0; k < Rows; k++)
        {
            for (int j = k; j < Rows; j++)
            {
                double rest = t[k * Width + j];
                for (int i = 0; i < k; i++) rest = Math.FusedMultiplyAdd(-corner[i * Rows + k], corner[i * Rows + j], rest);
                if (j == k && !(rest > 0 && double.IsFinite(rest))) return false;

                corner[k * Rows + j] = j == k ? 1 / Math.Sqrt(rest) : rest * corner[k * Rows + k];
            }
        }

        return true;
    }

    /// <summary>Makes four rows of Lᵀ of what is left of A + D.</summary>
    /// <param name="t">The rows in a strip.</param>
    /// <param name="l">Their corner.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(double* t, double* l)
    {
        V r0 = Vector256.Create(l[0]), l01 = Vector256.Create(l[1]), l02 = Vector256.Create(l[2]), l03 = Vector256.Create(l[3]);
        V r1 = Vector256.Create(l[5]), l12 = Vector256.Create(l[6]), l13 = Vector256.Create(l[7]);
        V r2 = Vector256.Create(l[10]), l23 = Vector256.Create(l[11]), r3 = Vector256.Create(l[15]);
        for (double* end = t + Width; t < end; t += V.Count)
        {
            V t0 = Vector256.Load(t) * r0;
            V t1 = SimdDouble256.SubtractProduct(l01, t0, Vector256.Load(t + Width)) * r1;
            V t2 = SimdDouble256.SubtractProduct(l02, t0, Vector256.Load(t + 2 * Width));
            V t3 = SimdDouble256.SubtractProduct(l03, t0, Vector256.Load(t + 3 * Width));
            t2 = SimdDouble256.SubtractProduct(l12, t1, t2) * r2;
            t3 = SimdDouble256.SubtractProduct(l13, t1, t3);
            t3 = SimdDouble256.SubtractProduct(l23, t2, t3) * r3;
            t0.Store(t);
            t1.Store(t + Width);
            t2.Store(t + 2 * Width);
            t3.Store(t + 3 * Width);
        }
    }

    /// <summary>y of a strip.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveStrip(double* strip, int first, double* y)
    {
        double* t = y + first;
        V t0 = Vector256.Load(t), t1 = Vector256.Load(t + 4), t2 = Vector256.Load(t + 8);
        V t3 = Vector256.Load(t + 12), t4 = Vector256.Load(t + 16), t5 = Vector256.Load(t + 20);
        for (int k = 0; k < first; k++, strip += Width)
        {
            V factor = Vector256.Create(y[k]);
            t0 = SimdDouble256.SubtractProduct(factor, Vector256.Load(strip), t0);
            t1 = SimdDouble256.SubtractProduct(factor, Vector256.Load(strip + 4), t1);
            t2 = SimdDouble256.SubtractProduct(factor, Vector256.Load(strip + 8), t2);
            t3 = SimdDouble256.SubtractProduct(factor, Vector256.Load(strip + 12), t3);
            t4 = SimdDouble256.SubtractProduct(factor, Vector256.Load(strip + 16), t4);
            t5 = SimdDouble256.SubtractProduct(factor, Vector256.Load(strip + 20), t5);
        }

        Store<SimdDouble256, V>(t, t0, t1, t2);
        Store<SimdDouble256, V>(t + 12, t3, t4, t5);
        int count = Math.Min(Width, n - first);
        for (int k = 0; k < count; k++, strip += Width)
        {
            t[k] *= Corners[Rows * (first + k) + k % Rows];
            for (int j = k + 1; j < count; j++) t[j] = Math.FusedMultiplyAdd(-t[k], strip[j], t[j]);
        }
    }

    /// <summary>x of four rows of Lᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveRows(int i, double* x)
    {
        double* lanes = stackalloc double[Rows * Lanes];
        int own = i / Width;
        SumRows(i, x, lanes);
        double* strip = Strip(own) - own * Width;
        for (int k = i + Rows - 1; k >= i; k--)
        {
            double* sum = lanes + (k - i) * Lanes;
            for (int j = (own + 1) * Width - 1; j > k; j--)
                sum[j % Lanes] = Math.FusedMultiplyAdd(strip[k * Width + j], x[j], sum[j % Lanes]);

            for (int half = Lanes / 2; half > 0; half /= 2)
            {
                for (int lane = 0; lane < half; lane++) sum[lane] += sum[lane + half];
            }

            x[k] = (x[k] - sum[0]) * Corners[Rows * k + k % Rows];
        }
    }

    /// <summary>The sums of four rows of Lᵀ in lanes, over the strips behind their own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumRows(int i, double* x, double* lanes)
    {
        V a0 = V.Zero, b0 = V.Zero, a1 = V.Zero, b1 = V.Zero, a2 = V.Zero, b2 = V.Zero, a3 = V.Zero, b3 = V.Zero;
        for (int s = _strips - 1; s > i / Width; s--)
        {
            double* row = Strip(s) + i * Width, at = x + s * Width;
            for (int j = Width - Lanes; j >= 0; j -= Lanes)
            {
                V a = Vector256.Load(at + j), b = Vector256.Load(at + j + 4);
                a0 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j), a, a0);
                b0 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j + 4), b, b0);
                a1 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j + Width), a, a1);
                b1 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j + Width + 4), b, b1);
                a2 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j + 2 * Width), a, a2);
                b2 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j + 2 * Width + 4), b, b2);
                a3 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j + 3 * Width), a, a3);
                b3 = Vector256.FusedMultiplyAdd(Vector256.Load(row + j + 3 * Width + 4), b, b3);
            }
        }

        a0.Store(lanes);
        b0.Store(lanes + 4);
        a1.Store(lanes + 8);
        b1.Store(lanes + 12);
        a2.Store(lanes + 16);
        b2.Store(lanes + 20);
        a3.Store(lanes + 24);
        b3.Store(lanes + 28);
    }
}
