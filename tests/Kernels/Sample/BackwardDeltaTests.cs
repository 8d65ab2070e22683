using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Sample;

/// <summary>
/// The delta of the layer before without a gradient. It is the δ⁻ that the way back with a gradient gives, bit for bit. Nothing is padded,
/// and no memory but the layer's own is touched.
/// </summary>
public unsafe class BackwardDeltaTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void It_is_the_delta_of_the_way_back_with_a_gradient(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        Activation[] functions = [Activation.Sigmoid, Activation.Gelu]; // f′ from the outputs, and f′ that is kept
        int shapes = 0;
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes.Concat(Cases.LargeShapes)))
        {
            Activation f = functions[shapes++ % functions.Length];
            Guarded w = supply.Next(inputs * outputs), a = supply.Next(inputs), kept = supply.Next(inputs), delta = supply.Next(outputs);
            Guarded expected = supply.Target(inputs, padded: true), actual = supply.Target(inputs), reference = supply.Target(inputs);
            var padded = new Guarded(delta.Span, 3, (16 - outputs % 16) % 16);
            float[] gradient = new float[(inputs + 1) * outputs];
            fixed (float* g = gradient)
            {
                Cases.Reference.Of(f).BackwardGradient(
                    w.Pointer, g, g + inputs * outputs, a.Pointer, kept.Pointer, inputs, padded.Pointer, outputs, expected.Pointer);
            }

            Cases.Reference.Of(f).BackwardDelta(w.Pointer, a.Pointer, kept.Pointer, inputs, delta.Pointer, outputs, reference.Pointer);
            kernels.Of(f).BackwardDelta(w.Pointer, a.Pointer, kept.Pointer, inputs, delta.Pointer, outputs, actual.Pointer);
            Cases.AssertSameBits(expected.Span, reference.Span, $"{inputs} × {outputs}, {f}, reference");
            Cases.AssertSameBits(expected.Span, actual.Span, $"{inputs} × {outputs}, {f}");
            Guarded.AssertUntouched(w, a, kept, delta);
            Guarded.AssertGuards(reference, actual);
        }
    }
}
