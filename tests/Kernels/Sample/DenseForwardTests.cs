using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Sample;

/// <summary>Forward through a layer. The bits are the same in every variant. No memory but the layer's own is touched.</summary>
public unsafe class DenseForwardTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Same_bits_as_the_reference_for_every_shape(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes.Concat(Cases.LargeShapes)))
        {
            // The biases lie around −4. There σ is nearly an exponential, so an error in the last bit of z shows in a.
            Guarded x = supply.Next(inputs), w = supply.Next(inputs * outputs), b = supply.Next(outputs, 16f, -4f);
            Guarded expected = supply.Target(outputs), actual = supply.Target(outputs);
            Cases.Reference.Of(Activation.Sigmoid).Forward(x.Pointer, inputs, w.Pointer, b.Pointer, expected.Pointer, outputs, outputs);
            kernels.Of(Activation.Sigmoid).Forward(x.Pointer, inputs, w.Pointer, b.Pointer, actual.Pointer, outputs, outputs);

            Cases.AssertSameBits(expected.Span, actual.Span, $"{inputs} × {outputs}, outputs");
            Guarded.AssertUntouched(x, w, b);
            Guarded.AssertGuards(expected, actual);
        }
    }

    [Fact]
    public void Reference_is_within_the_proven_bound_of_the_oracle()
    {
        var supply = new Supply(Numbers.Ordinary, seed: 2);
        foreach ((int inputs, int outputs) in Cases.Shapes.Concat(Cases.LargeShapes))
        {
            Guarded x = supply.Next(inputs), w = supply.Next(inputs * outputs), b = supply.Next(outputs, 16f, -4f),
                y = supply.Target(outputs);
            Cases.Reference.Of(Activation.Sigmoid).Forward(x.Pointer, inputs, w.Pointer, b.Pointer, y.Pointer, outputs, outputs);
            var layer = new Oracle([inputs, outputs], Bounded.Exact([.. w.Span, .. b.Span]));
            Bounded.AssertAdmits(layer.Forward(Bounded.Exact(x.Span)), y.Span, $"{inputs} × {outputs}");
        }
    }
}
