using System.Runtime.CompilerServices;
using FastNN.Activations;
using FastNN.Plumbing;

namespace FastNN.Ensembles;

/// <summary>
/// Random numbers of the standard normal distribution, by the polar method (G. Marsaglia and T. A. Bray, SIAM Review 6, 1964): a point that
/// is uniform in the unit circle gives two. All operations are those of IEEE 754, and the logarithm is FastNN's own. So a seed gives the
/// same numbers on every platform.
/// </summary>
internal struct NormalNumbers(int seed, int stream)
{
    private SplitMix64 _random = new(seed, stream);
    private float _second;
    private bool _hasSecond;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal float Next()
    {
        _hasSecond = !_hasSecond;
        if (!_hasSecond) return _second;

        float u, v, square;
        do
        {
            u = _random.NextUniform(1);
            v = _random.NextUniform(1);
            square = u * u + v * v;
        }
        while (square >= 1f || square == 0f);

        float factor = MathF.Sqrt(2f * Logarithm.OfSum(1f / square) / square);
        _second = v * factor;
        return u * factor;
    }
}
