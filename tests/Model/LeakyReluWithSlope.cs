namespace FastNN.Tests.Model;

internal sealed class LeakyReluWithSlope(float c)
{
    internal float Value(float z) => z > 0 ? z : c * z;

    internal float Slope(float z) => z > 0 ? 1 : c;
}
