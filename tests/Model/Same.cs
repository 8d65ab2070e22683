using Xunit;

namespace FastNN.Tests.Model;

/// <summary>Compares the model with the library, bit for bit. Any NaN equals any NaN.</summary>
internal static class Same
{
    internal static void Bits(ReadOnlySpan<float> model, ReadOnlySpan<float> library, string what)
    {
        Assert.True(model.Length == library.Length, $"{what}: the model has {model.Length} numbers, the library {library.Length}");
        for (int k = 0; k < model.Length; k++)
        {
            if (BitConverter.SingleToUInt32Bits(model[k]) == BitConverter.SingleToUInt32Bits(library[k])) continue;
            if (float.IsNaN(model[k]) && float.IsNaN(library[k])) continue;
            Assert.Fail($"{what}, [{k}]: the model has {Text(model[k])}, the library {Text(library[k])}");
        }
    }

    internal static void Bits(float model, float library, string what) => Bits([model], [library], what);

    internal static void Bits(double model, double library, string what)
    {
        bool same = BitConverter.DoubleToInt64Bits(model) == BitConverter.DoubleToInt64Bits(library)
            || (double.IsNaN(model) && double.IsNaN(library));
        if (!same) Assert.Fail($"{what}: the model has {model:R}, the library {library:R}");
    }

    private static string Text(float x) => $"{x:R} ({BitConverter.SingleToUInt32Bits(x):X8})";
}
