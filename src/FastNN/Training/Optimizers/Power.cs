namespace FastNN.Optimizers;

/// <summary>Whole powers by repeated squaring: products only, so the same bits wherever Math.Pow, which is the C library's, might differ.</summary>
internal static class Power
{
    /// <summary>xⁿ for n ≥ 0, off by at most about 2·n roundings, since each factor carries those of the squares before it.</summary>
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
