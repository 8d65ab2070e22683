using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>HardSigmoidWith(c, d).</summary>
internal sealed class HardSigmoid(float c, float d)
{
    internal static readonly HardSigmoid Plain = new(Number(0x3E2AAAAB), 0.5f);

    private readonly float l = (float)(-(double)d / c), h = (float)((1 - (double)d) / c);

    internal float Value(float z) => Clamp(Fma(c, z, d), +0f, 1);

    internal float Slope(float z) => z > l && h > z ? c : +0f;
}
