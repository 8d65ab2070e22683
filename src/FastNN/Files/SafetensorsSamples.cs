using System.Runtime.InteropServices;
using FastNN.Plumbing;

namespace FastNN.Files;

/// <summary>
/// A few inputs with the outputs that a network computes for them, in base64: k samples of inputs, [k, n_in], then their outputs, [k,
/// n_out], as little-endian floats. Loading computes the outputs again. They must have the same bits on every machine, except for NaN.
/// </summary>
internal static class SafetensorsSamples
{
    /// <summary>
    /// The number of samples: <see cref="Most"/>, or fewer in wide networks. Several samples take at most 16 KB, and a single one at most
    /// 64 KB. If one sample takes more, there are none.
    /// </summary>
    private const int Most = 3, Floats = 1 << 12, FloatsOfOne = 1 << 14;

    /// <summary>The samples of a network. Their inputs are uniform in [−1, 1), and always the same.</summary>
    internal static string Of(Network network)
    {
        int n = network.Inputs, m = network.Outputs, floats = n + m;
        int samples = floats > FloatsOfOne ? 0 : Math.Clamp(Floats / floats, 1, Most);
        float[] values = new float[samples * floats];
        var random = new SplitMix64(seed: 1);
        foreach (ref float input in values.AsSpan(0, samples * n)) input = random.NextUniform(1);
        for (int s = 0; s < samples; s++) network.Forward(values.AsSpan(s * n, n), values.AsSpan(samples * n + s * m, m));
        return Convert.ToBase64String(MemoryMarshal.AsBytes<float>(values));
    }

    /// <summary>Computes the outputs again, and compares them.</summary>
    /// <exception cref="ModelFormatException">They differ, or the text holds no samples.</exception>
    internal static void Verify(Network network, string text)
    {
        int n = network.Inputs, m = network.Outputs;
        byte[] bytes = new byte[text.Length / 4 * 3];
        int size = (n + m) * sizeof(float);
        if (!Convert.TryFromBase64String(text, bytes, out int length) || length % size != 0 || length / size > Most)
        {
            throw new ModelFormatException(
                $"\"{SafetensorsMetadata.Samples}\" in the metadata must hold at most {Most} samples "
                + $"of {n} inputs and {m} outputs in base64, but does not.");
        }

        int samples = length / size;
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(0, length));
        float[] outputs = new float[m];
        for (int s = 0; s < samples; s++)
        {
            network.Forward(values.Slice(s * n, n), outputs);
            Compare(values.Slice(samples * n + s * m, m), outputs, s);
        }
    }

    private static void Compare(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int sample)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            uint e = BitConverter.SingleToUInt32Bits(expected[i]), a = BitConverter.SingleToUInt32Bits(actual[i]);
            if (e == a || (float.IsNaN(expected[i]) && float.IsNaN(actual[i]))) continue;

            throw new ModelFormatException(
                FormattableString.Invariant($"Output {i} of sample {sample} is {actual[i]} (0x{a:X8}), ")
                + FormattableString.Invariant($"but the file says {expected[i]} (0x{e:X8}): the network is not the one that was saved."));
        }
    }
}
