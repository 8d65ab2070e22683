using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

internal sealed class Clip(float l, float h)
{
    internal float Value(float z) => Clamp(z, l, h);

    internal float Slope(float z) => z > l && h > z ? 1 : +0f;
}
