using Xunit;

namespace FastNN.Tests.Api;

/// <summary>The public kernels give the same bits whatever the calls before have left in the thread's scratch.</summary>
public class KernelsTests
{
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Backward_does_not_see_what_a_call_before_left(KernelVariant variant)
    {
        for (int outputs = 1; outputs <= 40; outputs++)
        {
            const int Inputs = 7;
            float[] a = Cases.Uniform(1, Inputs), delta = Cases.Uniform(2, outputs), w = Cases.Uniform(3, Inputs * outputs),
                b = Cases.Uniform(4, outputs);
            float[] expected = Run(KernelVariant.Scalar), actual = Run(variant);
            Cases.AssertSameBits(expected, actual, $"{outputs} outputs");
            Assert.DoesNotContain(actual, float.IsNaN);

            float[] Run(KernelVariant kernels)
            {
                float[] nan = new float[100], weights = [.. w], biases = [.. b], inputDelta = new float[Inputs];
                nan.AsSpan().Fill(float.NaN);
                Kernels.OutputDelta(nan, nan, new float[100], kernels); // leaves a hundred NaN in the scratch

                Kernels.BackwardUpdate(a, delta, weights, biases, inputDelta, 0.5f, kernels);
                return [.. weights, .. biases, .. inputDelta];
            }
        }
    }
}
