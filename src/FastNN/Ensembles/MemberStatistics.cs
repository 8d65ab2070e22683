using System.Runtime.CompilerServices;
using FastNN.Plumbing;

namespace FastNN.Ensembles;

/// <summary>
/// Mean and standard deviation over members. Sums are in double precision, over the members in ascending order. Samples are taken some at a
/// time, so that the outputs of all members stay in memory of the thread. No sum depends on that.
/// </summary>
internal static unsafe class MemberStatistics
{
    /// <summary>Outputs of all members that are in memory at a time, unless one sample has more.</summary>
    private const int MostOutputs = 1 << 15;

    [ThreadStatic]
    private static AlignedBuffer? t_memory;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(MemberStore members, float* x, int batch, float* means, float* deviations, int threads)
    {
        int inputs = members.Shape.Inputs, outputs = members.Shape.Outputs, together = checked(members.Count * outputs);
        int most = Math.Clamp(MostOutputs / together, 1, batch);
        int length = checked(most * (together + 2 * outputs) + 1); // a double takes two floats, and one may be left out for its place
        if (t_memory is not { } memory || memory.Length < length) t_memory = memory = new AlignedBuffer(length);
        for (int first = 0, samples; first < batch; first += samples)
        {
            samples = Math.Min(most, batch - first);
            float* y = memory.Pointer;
            ForwardWork.Run(members, x + first * (nint)inputs, 0, y, samples, threads);
            int count = samples * outputs;
            nint at = first * (nint)outputs;
            var sums = (double*)(y + (samples * (nint)together + 1 & ~1)); // aligned to 8 bytes
            Compute(y, members.Count, count, sums, means + at, deviations + at);
        }
    }

    /// <summary>The outputs y are [members, count].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compute(float* y, int members, int count, double* sums, float* means, float* deviations)
    {
        new Span<double>(sums, count).Clear();
        for (int m = 0; m < members; m++)
        {
            for (int k = 0; k < count; k++) sums[k] += y[m * (nint)count + k];
        }

        for (int k = 0; k < count; k++)
        {
            double mean = sums[k] / members, squares = 0;
            for (int m = 0; m < members; m++)
            {
                double distance = y[m * (nint)count + k] - mean;
                squares += distance * distance;
            }

            means[k] = (float)mean;
            deviations[k] = (float)Math.Sqrt(squares / members);
        }
    }
}
