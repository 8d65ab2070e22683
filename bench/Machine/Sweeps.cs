using FastNN.Simd;

namespace FastNN.Bench.Machine;

/// <summary>Passes over a buffer that do as little as can be done with its floats: what they reach is what the machine allows.</summary>
internal static unsafe class Sweeps
{
    /// <summary>Floats in the longest block below: eight of the widest vectors.</summary>
    internal const int Block = 8 * 16;

    internal delegate void Sweep(float* buffer, int count, int passes, float* sum);

    /// <summary>
    /// Tried and no faster on Zen 4: half the width, four vectors a block, four streams, and multiply-adds, which not every process has,
    /// instead of additions.
    /// </summary>
    internal static Sweep[] Reads<S, V>()
        where S : struct, ISimd<V>
        where V : struct => [ReadOneStream<S, V>, ReadTwoStreams<S, V>];

    internal static Sweep[] Updates<S, V>()
        where S : struct, ISimd<V>
        where V : struct => [UpdateByOne<S, V>, UpdateByFour<S, V>];

    private static void ReadOneStream<S, V>(float* buffer, int count, int passes, float* sum)
        where S : struct, ISimd<V>
        where V : struct => Read<S, V>(buffer, buffer + 4 * S.Count, 8 * S.Count, count, passes, sum);

    private static void ReadTwoStreams<S, V>(float* buffer, int count, int passes, float* sum)
        where S : struct, ISimd<V>
        where V : struct => Read<S, V>(buffer, buffer + count / 2, 4 * S.Count, count / 2, passes, sum);

    /// <summary>Four vectors here and four there at a time, eight sums in flight.</summary>
    private static void Read<S, V>(float* here, float* there, int step, int count, int passes, float* sum)
        where S : struct, ISimd<V>
        where V : struct
    {
        V s0 = S.Broadcast(0f), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (; passes > 0; passes--)
        {
            float* y = there;
            for (float* x = here, end = here + count; x < end; x += step, y += step)
            {
                s0 = S.Add(s0, S.Load(x));
                s1 = S.Add(s1, S.Load(x + S.Count));
                s2 = S.Add(s2, S.Load(x + 2 * S.Count));
                s3 = S.Add(s3, S.Load(x + 3 * S.Count));
                s4 = S.Add(s4, S.Load(y));
                s5 = S.Add(s5, S.Load(y + S.Count));
                s6 = S.Add(s6, S.Load(y + 2 * S.Count));
                s7 = S.Add(s7, S.Load(y + 3 * S.Count));
            }
        }

        S.Store(S.Add(S.Add(S.Add(s0, s1), S.Add(s2, s3)), S.Add(S.Add(s4, s5), S.Add(s6, s7))), sum);
    }

    private static void UpdateByOne<S, V>(float* buffer, int count, int passes, float* sum)
        where S : struct, ISimd<V>
        where V : struct
    {
        V one = S.Broadcast(1f);
        for (; passes > 0; passes--)
        {
            for (float* x = buffer, end = buffer + count; x < end; x += S.Count) S.Store(S.Multiply(S.Load(x), one), x);
        }
    }

    private static void UpdateByFour<S, V>(float* buffer, int count, int passes, float* sum)
        where S : struct, ISimd<V>
        where V : struct
    {
        V one = S.Broadcast(1f);
        for (; passes > 0; passes--)
        {
            for (float* x = buffer, end = buffer + count; x < end; x += 4 * S.Count)
            {
                S.Store(S.Multiply(S.Load(x), one), x);
                S.Store(S.Multiply(S.Load(x + S.Count), one), x + S.Count);
                S.Store(S.Multiply(S.Load(x + 2 * S.Count), one), x + 2 * S.Count);
                S.Store(S.Multiply(S.Load(x + 3 * S.Count), one), x + 3 * S.Count);
            }
        }
    }
}
