namespace FastNN.Reference;

/// <summary>
/// Adds the gradient of a segment to the segments before. The specification of the kernel <c>Spans.SegmentSum</c>.
/// </summary>
internal static unsafe class SegmentSum
{
    internal static void Add(float* s, float* e, float* g, nint count, float scale)
    {
        for (nint k = 0; k < count; k++)
        {
            float t = s[k] + g[k], r = t - s[k];
            e[k] += (s[k] - (t - r)) + (g[k] - r);
            s[k] = t;
            g[k] = (float.IsFinite(t) ? t + e[k] : t) * scale;
        }
    }
}
