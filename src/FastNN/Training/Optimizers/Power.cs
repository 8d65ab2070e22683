namespace FastNN.Optimizers;

/// <summary>
/// Whole powers by repeated squaring. They use only products, so the bits are the same everywhere. Math.Pow is that of the C library, and
/// might differ.
/// </summary>
internal static class Power
{
    /// <summary>
    /// xⁿ for n ≥ 0. The error is at most about 2·n roundings, because each factor has the errors of the squares before it.
    /// </summary>
    internal static double Of(double x, long n)
    {
        double power = 1;
        for (; n > 0; n >>= 1, x *= x)
        {
            if ((n & 1) != 0) power *= x;
        }

        return power;
    }
}
