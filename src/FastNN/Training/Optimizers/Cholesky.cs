using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<double>;

namespace FastNN.Optimizers;

/// <summary>
/// A + D = L·Lᵀ for a symmetric matrix A, [n, n] in double precision, and a diagonal D. Only the lower triangle of A and its diagonal are
/// read, and they stay as they are. Right of the diagonal stands Lᵀ afterwards: l_jk, k &lt; j, is at row k and column j. The diagonal of L
/// is kept here. Nothing is allocated after the constructor. One object is for one caller at a time.
/// <para>
/// Each number is one chain over k in ascending order, with two roundings a term:
/// <code>
/// t_jj = a_jj + d_j,   t_jj ← t_jj − l_jk·l_jk for k = 0 … j−1,   l_jj = √t_jj
/// t_ji = a_ji,         t_ji ← t_ji − l_ik·l_jk for k = 0 … i−1,   l_ji = t_ji / l_ii
/// </code>
/// So neither blocks nor vectors decide the bits. N. J. Higham, Accuracy and Stability of Numerical Algorithms, theorem 10.3, bounds the
/// error for any order: |A + D − L·Lᵀ| ≤ γ_{n+1}·|L|·|Lᵀ| in each component.
/// </para>
/// <para>
/// Blocks of rows of Lᵀ are finished one after the other. A finished block is subtracted from all rows below it, four rows by two vectors
/// at a time.
/// </para>
/// </summary>
/// <param name="n">Rows and columns of the matrix, at least 1.</param>
internal sealed unsafe class Cholesky(int n)
{
    private const int Block = 64, Columns = 256, Rows = 4, Lanes = 8;

    /// <summary>The diagonal of L. Before a row is finished, what is left of A + D.</summary>
    private readonly double[] _diagonal = new double[n];

    /// <summary>Computes L. The result is false if A + D is not positive definite or has a number that is not finite.</summary>
    /// <param name="a">A, its lower triangle. Receives Lᵀ right of the diagonal, which means nothing if the result is false.</param>
    /// <param name="stride">Numbers from row to row.</param>
    /// <param name="damping">The diagonal of D, n numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Factor(double* a, nint stride, double* damping)
    {
        fixed (double* diagonal = _diagonal)
        {
            for (int i = 0; i < n; i++) diagonal[i] = a[i * stride + i] + damping[i];
            Mirror(a, stride);
            for (int first = 0; first < n; first += Block)
            {
                int end = Math.Min(first + Block, n);
                for (int k = first; k < end; k++)
                {
                    if (!(diagonal[k] > 0 && double.IsFinite(diagonal[k]))) return false;

                    diagonal[k] = Math.Sqrt(diagonal[k]);
                    Finish(a + k * stride, k, diagonal);
                    for (int i = k + 1; i < end; i++) SubtractMultiple(a + i * stride, a[k * stride + i], a + k * stride, i + 1);
                }

                for (int column = end; column < n; column += Columns) SubtractBlock(a, stride, first, end, column);
            }
        }

        return true;
    }

    /// <summary>
    /// Solves L·Lᵀ·x = b, after <see cref="Factor"/> has been true:
    /// <code>
    /// t_j = b_j,   t_j ← t_j − l_jk·y_k for k = 0 … j−1,   y_j = t_j / l_jj
    /// x_k = (y_k − S_k) / l_kk,   S_k = Σ l_jk·x_j over j = k+1 … n−1
    /// </code>
    /// S_k has eight lanes. The term of j is added to lane (j − k − 1) mod 8. Then the lanes are folded in halves, as in the sum in sixteen
    /// lanes.
    /// </summary>
    /// <param name="a">What <see cref="Factor"/> has written.</param>
    /// <param name="stride">Numbers from row to row.</param>
    /// <param name="b">b. Receives x.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Solve(double* a, nint stride, double* b)
    {
        for (int k = 0; k < n; k++)
        {
            b[k] /= _diagonal[k];
            SubtractMultiple(b, b[k], a + k * stride, k + 1);
        }

        double* lanes = stackalloc double[Lanes];
        for (int k = n - 1; k >= 0; k--) b[k] = (b[k] - Dot(a + k * stride + k + 1, b + k + 1, n - k - 1, lanes)) / _diagonal[k];
    }

    /// <summary>Copies the lower triangle to the upper one. Eight columns are a line of the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mirror(double* a, nint stride)
    {
        for (int first = 0; first < n; first += Lanes)
        {
            for (int j = first + 1; j < n; j++)
            {
                int end = Math.Min(first + Lanes, j);
                for (int i = first; i < end; i++) a[i * stride + j] = a[j * stride + i];
            }
        }
    }

    /// <summary>Row k of Lᵀ, and what is left of the diagonal right of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(double* row, int k, double* diagonal)
    {
        int j = k + 1;
        V root = Vector256.Create(diagonal[k]);
        for (; j <= n - V.Count; j += V.Count)
        {
            V l = Vector256.Load(row + j) / root;
            l.Store(row + j);
            (Vector256.Load(diagonal + j) - l * l).Store(diagonal + j);
        }

        for (; j < n; j++)
        {
            row[j] /= diagonal[k];
            diagonal[j] -= row[j] * row[j];
        }
    }

    /// <summary>t_j ← t_j − factor·x_j, from a column on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SubtractMultiple(double* t, double factor, double* x, int from)
    {
        int j = from;
        V factors = Vector256.Create(factor);
        for (; j <= n - V.Count; j += V.Count) (Vector256.Load(t + j) - factors * Vector256.Load(x + j)).Store(t + j);
        for (; j < n; j++) t[j] -= factor * x[j];
    }

    /// <summary>
    /// Subtracts the products of rows first..end from what is left of some columns. These rows of these columns stay in L2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SubtractBlock(double* a, nint stride, int first, int end, int column)
    {
        double* from = a + first * stride;
        int last = Math.Min(column + Columns, n), terms = end - first;
        for (int i = end; i < last; i += Rows)
        {
            double* to = a + i * stride;
            int j = Math.Max(i + 1, column);
            for (; j < Math.Min(i + Rows, last); j++) SubtractColumn(from, terms, stride, i, j, to, j - i);
            for (; j <= last - Lanes; j += Lanes) SubtractTile(from, terms, stride, i, j, to);
            for (; j < last; j++) SubtractColumn(from, terms, stride, i, j, to, Rows);
        }
    }

    /// <summary>Rows i to i + 3 of columns j to j + 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractTile(double* from, int terms, nint stride, int i, int j, double* to)
    {
        double* t0 = to + j, t1 = t0 + stride, t2 = t1 + stride, t3 = t2 + stride;
        V z0 = Vector256.Load(t0), z1 = Vector256.Load(t1), z2 = Vector256.Load(t2), z3 = Vector256.Load(t3);
        V u0 = Vector256.Load(t0 + 4), u1 = Vector256.Load(t1 + 4), u2 = Vector256.Load(t2 + 4), u3 = Vector256.Load(t3 + 4);
        for (; terms > 0; terms--, from += stride)
        {
            V x0 = Vector256.Load(from + j), x1 = Vector256.Load(from + j + 4), l = Vector256.Create(from[i]);
            z0 -= l * x0;
            u0 -= l * x1;
            l = Vector256.Create(from[i + 1]);
            z1 -= l * x0;
            u1 -= l * x1;
            l = Vector256.Create(from[i + 2]);
            z2 -= l * x0;
            u2 -= l * x1;
            l = Vector256.Create(from[i + 3]);
            z3 -= l * x0;
            u3 -= l * x1;
        }

        z0.Store(t0);
        z1.Store(t1);
        z2.Store(t2);
        z3.Store(t3);
        u0.Store(t0 + 4);
        u1.Store(t1 + 4);
        u2.Store(t2 + 4);
        u3.Store(t3 + 4);
    }

    /// <summary>The first <paramref name="rows"/> of rows i to i + 3 of one column j. The lanes are the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractColumn(double* from, int terms, nint stride, int i, int j, double* to, int rows)
    {
        double* lanes = stackalloc double[Rows];
        for (int r = 0; r < rows; r++) lanes[r] = to[r * stride + j];
        V z = Vector256.Load(lanes);
        for (; terms > 0; terms--, from += stride) z -= Vector256.Create(from[j]) * Vector256.Load(from + i);
        z.Store(lanes);
        for (int r = 0; r < rows; r++) to[r * stride + j] = lanes[r];
    }

    /// <summary>A sum of products in eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(double* x, double* y, int count, double* lanes)
    {
        V first = V.Zero, second = V.Zero;
        int k = 0;
        for (; k <= count - Lanes; k += Lanes)
        {
            first += Vector256.Load(x + k) * Vector256.Load(y + k);
            second += Vector256.Load(x + k + 4) * Vector256.Load(y + k + 4);
        }

        first.Store(lanes);
        second.Store(lanes + 4);
        for (int lane = 0; k < count; k++, lane++) lanes[lane] += x[k] * y[k];
        for (int half = Lanes / 2; half > 0; half /= 2)
            for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
        return lanes[0];
    }
}
