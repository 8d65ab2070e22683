using System.Runtime.Intrinsics;
using FastNN.Optimizers;
using FastNN.Simd;
using Xunit;

namespace FastNN.Tests.Optimizers;

/// <summary>The factor of a symmetric matrix: its order of sums, its error, and what it refuses.</summary>
public unsafe class CholeskyTests
{
    private static readonly int[] s_sizes = [.. Enumerable.Range(1, 29), 47, 48, 49, 66, 95, 96, 97, 98, 99, 100, 101, 129, 193, 257];

    public static TheoryData<int> Sizes { get; } = [.. s_sizes];

    /// <summary>Pascal's matrix of binomials C(i+j, i) has the factor C(i, j). No operation rounds.</summary>
    [Fact]
    public void The_factor_of_pascals_matrix_has_the_binomials()
    {
        const int n = 20;
        var pascal = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) pascal[i, j] = i == 0 || j == 0 ? 1 : pascal[i - 1, j] + pascal[i, j - 1];
        }

        var problem = new Problem(n, n, (i, j) => pascal[i, j], _ => 0);
        Assert.True(problem.Factor());
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++) Assert.Equal(pascal[i - j, j], problem.L(i, j));
        }

        double[] x = [.. Enumerable.Range(0, n).Select(k => (double)(k % 5 - 2))], b = new double[n];
        for (int i = 0; i < n; i++) b[i] = Enumerable.Range(0, n).Sum(j => pascal[i, j] * x[j]);
        problem.Solve(b);
        Assert.Equal(x, b);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Same_bits_as_plain_loops(int n)
    {
        foreach (int stride in (int[])[n, n + 3])
        {
            var problem = Problem.Random(n, stride);
            (double[,] l, double[] x) = Plain(problem);
            AssertSame(problem.Factor());
            AssertSame(problem.Factor<SimdDouble256, Vector256<double>>());
            if (Vector512.IsHardwareAccelerated) AssertSame(problem.Factor<SimdDouble512, Vector512<double>>());

            void AssertSame(bool factors)
            {
                Assert.True(factors);
                for (int i = 0; i < n; i++)
                {
                    for (int j = 0; j < i; j++) Assert.Equal(l[i, j], problem.L(i, j));
                }

                double[] b = [.. problem.B];
                problem.Solve(b);
                Assert.Equal(x, b);
            }
        }
    }

    /// <summary>
    /// Theorems 10.3 and 10.4 of Higham, with his lemma 8.4 for chains of fused multiply-adds that end in r = 1 / l and a product by r. The
    /// equation of l_ij has j roundings in its chain and two behind it. The equations of y have at most n + 1, and those of x at most
    /// n + 1: one for each term and fold, or three behind the sum. The left sides are computed with about a hundred bits. The right sides
    /// are sums of positive numbers, which double precision computes to a few units of the last place for each term.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Errors_are_within_highams_bounds(int n)
    {
        var problem = Problem.Random(n, n);
        double[] b = [.. problem.B];
        (double[,] l, _) = Plain(problem);
        Assert.True(problem.Factor());
        problem.Solve(b);
        var products = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Exact residual = new(problem.Damped(i, j));
                for (int k = 0; k <= j; k++)
                {
                    residual.Add(-l[i, k], l[j, k]);
                    products[i, j] += Math.Abs(l[i, k] * l[j, k]);
                }

                products[j, i] = products[i, j];
                Assert.InRange(Math.Abs(residual.Value), 0, Gamma(j + 2) * products[i, j]);
            }
        }

        for (int i = 0; i < n; i++)
        {
            Exact residual = new(problem.B[i]);
            for (int j = 0; j < n; j++) residual.Add(-problem.Damped(Math.Max(i, j), Math.Min(i, j)), b[j]);
            double size = Enumerable.Range(0, n).Sum(j => products[i, j] * Math.Abs(b[j]));
            Assert.InRange(Math.Abs(residual.Value), 0, Gamma(3 * n + 3) * size);
        }
    }

    /// <summary>A pivot that is 0, less than 0, infinite or NaN is found, wherever it is. The matrix stays as it is.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(-1e-300)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_matrix_that_is_not_positive_definite_is_refused(double pivot)
    {
        const int n = 131;
        foreach (int wrong in (int[])[0, 1, 3, 23, 24, 66, 95, 96, 98, 127, 128, 129, 130])
        {
            var problem = new Problem(n, n, (i, j) => i != j ? 0 : i == wrong ? pivot : 1, _ => 0);
            Assert.False(problem.Factor());
            var damped = new Problem(n, n, (i, j) => i != j ? 0 : i == wrong ? pivot : 1, _ => 1);
            Assert.Equal(pivot is 0 or -1e-300, damped.Factor());
        }
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_beside_the_diagonal_is_refused(double number)
    {
        const int n = 131;
        foreach ((int row, int column) in ((int, int)[])[(1, 0), (66, 2), (66, 65), (130, 0), (130, 129), (127, 96)])
        {
            var problem = new Problem(n, n, (i, j) => i == j ? 1 : (i, j) == (row, column) ? number : 0, _ => 0);
            Assert.False(problem.Factor()); // 1 makes two rows equal
        }
    }

    private static double Gamma(int n)
    {
        const double unit = 1.0 / (1L << 53);
        return n * unit / (1 - n * unit);
    }

    /// <summary>The order by the book, and what it makes of b.</summary>
    private static (double[,] L, double[] X) Plain(Problem problem)
    {
        int n = problem.N;
        var l = new double[n, n];
        double[] x = [.. problem.B];
        var r = new double[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = i; j < n; j++)
            {
                double t = problem.Damped(j, i);
                for (int k = 0; k < i; k++) t = Math.FusedMultiplyAdd(-l[i, k], l[j, k], t);
                if (j == i) r[i] = 1 / Math.Sqrt(t);
                l[j, i] = j == i ? Math.Sqrt(t) : t * r[i];
            }
        }

        for (int j = 0; j < n; j++)
        {
            for (int k = 0; k < j; k++) x[j] = Math.FusedMultiplyAdd(-l[j, k], x[k], x[j]);
            x[j] *= r[j];
        }

        for (int k = n - 1; k >= 0; k--)
        {
            var lanes = new double[8];
            for (int j = n - 1; j > k; j--) lanes[j % 8] = Math.FusedMultiplyAdd(l[j, k], x[j], lanes[j % 8]);
            double sum = lanes[0] + lanes[4] + (lanes[2] + lanes[6]) + (lanes[1] + lanes[5] + (lanes[3] + lanes[7]));
            x[k] = (x[k] - sum) * r[k];
        }

        return (l, x);
    }

    /// <summary>A sum in two doubles: about twice the bits of one.</summary>
    private struct Exact(double start)
    {
        private double _high = start, _low;

        internal readonly double Value => _high + _low;

        internal void Add(double a, double b)
        {
            double product = a * b, error = Math.FusedMultiplyAdd(a, b, -product);
            double sum = _high + product, part = sum - _high;
            _low += (_high - (sum - part)) + (product - part) + error;
            _high = sum;
        }
    }

    /// <summary>A matrix in memory with the numbers of its lower triangle. NaN is right of the diagonal and behind the rows.</summary>
    private sealed class Problem
    {
        private readonly Cholesky _cholesky;
        private readonly double[] _damping;
        private readonly int _stride;

        internal Problem(int n, int stride, Func<int, int, double> of, Func<int, double> damping)
        {
            (N, _stride, _cholesky) = (n, stride, new Cholesky(n));
            Numbers = new double[n * stride];
            Numbers.AsSpan().Fill(double.NaN);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++) Numbers[i * stride + j] = of(i, j);
            }

            _damping = [.. Enumerable.Range(0, n).Select(damping)];
            B = [.. Cases.Uniform(n + 1, n, low: -1f).Select(value => (double)value)];
        }

        internal int N { get; }

        internal double[] Numbers { get; }

        internal double[] B { get; }

        /// <summary>JᵀJ of fewer rows than columns, which only the damping makes positive definite.</summary>
        internal static Problem Random(int n, int stride)
        {
            int rows = n / 2 + 1;
            float[] j = Cases.Uniform(n, rows * n, low: -1f);
            return new Problem(
                n, stride, (a, b) => Enumerable.Range(0, rows).Sum(r => (double)j[r * n + a] * j[r * n + b]), k => 0.01 + k % 3 / 7.0);
        }

        /// <summary>A number of A + D, its row not above its column.</summary>
        internal double Damped(int row, int column) => Of(row, column) + (row == column ? _damping[row] : 0);

        internal double Of(int row, int column) => Numbers[row * _stride + column];

        internal double L(int row, int column) => _cholesky.Of(row, column);

        internal bool Factor()
        {
            fixed (double* a = Numbers, damping = _damping) return _cholesky.Factor(a, _stride, damping);
        }

        /// <summary>The same with vectors of one width.</summary>
        internal bool Factor<S, T>()
            where S : struct, ISimdDouble<T>
            where T : struct
        {
            fixed (double* a = Numbers, damping = _damping) return _cholesky.Factor<S, T>(a, _stride, damping);
        }

        internal void Solve(double[] b)
        {
            fixed (double* numbers = b) _cholesky.Solve(numbers);
        }
    }
}
