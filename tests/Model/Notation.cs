using System.Globalization;

namespace FastNN.Tests.Model;

/// <summary>
/// The notation of the page `src/docs/contract.md`. The model is the executable form of this page. It was written from the page alone, in
/// plain scalar code, and shares no code with the library. Its names are those of the page.
/// </summary>
internal static class Notation
{
    internal static float Fma(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    internal static float Max(float c, float x) => c > x ? c : x;

    internal static float Min(float c, float x) => c < x ? c : x;

    internal static float Clamp(float x, float l, float h) => Min(h, Max(l, x));

    internal static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);

    internal static float Number(uint n) => BitConverter.UInt32BitsToSingle(n);

    internal static float TwoTo(int exponent) => MathF.ScaleB(1f, exponent);

    /// <summary>The numbers whose bits the page writes in hexadecimal digits.</summary>
    internal static float[] Numbers(string bits) => [.. Integers(bits).Select(Number)];

    internal static uint[] Integers(string bits) =>
        [.. bits.Split(' ').Select(digits => uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    internal static double[] Doubles(string bits) =>
        [.. bits.Split(' ').Select(digits => BitConverter.Int64BitsToDouble(Convert.ToInt64(digits, 16)))];

    /// <summary>sum16(i: step). The step takes i and the number in its lane.</summary>
    internal static float Sum16(int n, Func<int, float, float> step)
    {
        Span<float> lane = stackalloc float[16];
        for (int i = 0; i < n; i++) lane[i % 16] = step(i, lane[i % 16]);
        for (int half = 8; half >= 1; half /= 2)
        {
            for (int k = 0; k < half; k++) lane[k] += lane[k + half];
        }

        return lane[0];
    }

    /// <summary>sum16 in double.</summary>
    internal static double Sum16InDouble(int n, Func<int, double, double> step)
    {
        Span<double> lane = stackalloc double[16];
        for (int i = 0; i < n; i++) lane[i % 16] = step(i, lane[i % 16]);
        for (int half = 8; half >= 1; half /= 2)
        {
            for (int k = 0; k < half; k++) lane[k] += lane[k + half];
        }

        return lane[0];
    }

    /// <summary>power(x, n), in double.</summary>
    internal static double Power(double x, long n)
    {
        double p = 1;
        for (; n > 0; n /= 2)
        {
            if (n % 2 == 1) p *= x;
            x *= x;
        }

        return p;
    }
}
