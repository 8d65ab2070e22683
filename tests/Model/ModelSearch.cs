using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>A point of a search: α, the objective F there, and its slope f along d.</summary>
internal readonly record struct SearchPoint(double α, double F, double f)
{
    internal bool IsFinite => double.IsFinite(F) && double.IsFinite(f);
}

/// <summary>The search along a direction. All numbers are in double.</summary>
/// <param name="start">The point 0.</param>
/// <param name="moves">Says whether w at α does not have the bits of w_0.</param>
/// <param name="at">The point at α.</param>
internal sealed class ModelSearch(SearchPoint start, Func<float, bool> moves, Func<float, SearchPoint> at)
{
    private static readonly double[] s_numbers = Doubles("3F1A36E2EB1C432D 3FECCCCCCCCCCCCD 3FB999999999999A 3FF199999999999A");

    private readonly double c1 = s_numbers[0], c2 = s_numbers[1];

    /// <summary>The α that the search from x finds; null for none.</summary>
    internal float? From(double x)
    {
        (_, double F0, double f0) = start;
        if (!(f0 < 0) || !double.IsFinite(f0)) return null;

        double least = Math.ScaleB(1, -22) * Math.Abs(F0);
        (SearchPoint best, SearchPoint low, SearchPoint? high) = (start, start, null);
        float α = (float)x;
        for (int times = 0; times < 20; times++)
        {
            if (!moves(α) || (times > 0 && α * -f0 < least)) break;
            (SearchPoint p, SearchPoint before) = (at(α), low);
            bool decreases = p.IsFinite && p.F <= F0 + c1 * α * f0 && p.F < low.F;
            bool flat = p.IsFinite && Math.Abs(p.f) <= -c2 * f0;
            bool promises = p.F <= F0 + Math.ScaleB(1, -10) * Math.Abs(F0) && -0.5 * α * (f0 + p.f) >= least;
            if (flat && (decreases || promises)) return α;

            if (!decreases) high = p;
            else if (p.f * ((high?.α ?? double.PositiveInfinity) - low.α) >= 0) high = low;
            if (decreases) low = p;
            if (p.IsFinite && p.F < best.F) best = p;
            α = (float)(high is { } h ? Between(low, h) : Beyond(before, low));
        }

        return best.F < F0 && moves((float)best.α) ? (float)best.α : null;
    }

    private static double Between(SearchPoint p, SearchPoint q)
    {
        double u = q.α - p.α, x = (Cubic(p, q) - p.α) / u;
        return p.α + u * (!q.IsFinite ? s_numbers[2] : double.IsFinite(x) ? Limited(x, s_numbers[2], s_numbers[1]) : 0.5);
    }

    private static double Beyond(SearchPoint p, SearchPoint q)
    {
        double u = q.α - p.α, x = (Cubic(p, q) - q.α) / u;
        return q.α + u * (x > 0 ? Limited(x, s_numbers[3], 4) : 4);
    }

    private static double Cubic(SearchPoint p, SearchPoint q)
    {
        double u = q.α - p.α, e = p.f + q.f - 3 * (p.F - q.F) / (p.α - q.α);
        double r = Math.CopySign(Math.Sqrt(e * e - p.f * q.f), u);
        return q.α - u * ((q.f + r - e) / (q.f - p.f + 2 * r));
    }

    private static double Limited(double x, double least, double most) => x < least ? least : x > most ? most : x;
}
