using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Sample;

/// <summary>
/// Backward through a layer, with an update or with a sum of gradients. The bits are the same in every variant. No memory but the layer's
/// own is touched.
/// </summary>
public unsafe class DenseBackwardTests
{
    private const float Rate = -0.3f;

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Descend_has_the_same_bits_as_the_reference_for_every_shape(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes.Concat(Cases.LargeShapes)))
        {
            Guarded a = supply.Next(inputs), delta = supply.NextDelta(outputs);
            Guarded w = supply.Next(inputs * outputs), b = supply.Next(outputs), d = supply.Target(inputs, padded: true);
            Guarded w2 = w.Copy(), b2 = b.Copy(), d2 = d.Copy();
            Cases.Reference.Of(Activation.Sigmoid)
                .BackwardUpdate(w.Pointer, b.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, d.Pointer, Rate);
            kernels.Of(Activation.Sigmoid)
                .BackwardUpdate(w2.Pointer, b2.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, d2.Pointer, Rate);

            Compare($"{inputs} × {outputs}", (w, b, d), (w2, b2, d2));
            Guarded.AssertUntouched(a, delta);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Accumulate_has_the_same_bits_as_the_reference_for_every_shape(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes.Concat(Cases.LargeShapes)))
        {
            Guarded w = supply.Next(inputs * outputs), a = supply.Next(inputs), delta = supply.NextDelta(outputs);
            Guarded gw = supply.Next(inputs * outputs), gb = supply.Next(outputs), d = supply.Target(inputs, padded: true);
            Guarded gw2 = gw.Copy(), gb2 = gb.Copy(), d2 = d.Copy();
            Cases.Reference.Of(Activation.Sigmoid)
                .BackwardAccumulate(w.Pointer, gw.Pointer, gb.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, d.Pointer);
            kernels.Of(Activation.Sigmoid)
                .BackwardAccumulate(w.Pointer, gw2.Pointer, gb2.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, d2.Pointer);

            Compare($"{inputs} × {outputs}", (gw, gb, d), (gw2, gb2, d2));
            Guarded.AssertUntouched(w, a, delta);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Gradient_has_the_same_bits_as_a_sum_from_minus_zero(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes.Concat(Cases.LargeShapes)))
        {
            Guarded w = supply.Next(inputs * outputs), a = supply.Next(inputs), delta = supply.NextDelta(outputs);
            Guarded gw = supply.Next(inputs * outputs), gb = supply.Next(outputs), d = supply.Target(inputs, padded: true);
            Guarded gw2 = gw.Copy(), gb2 = gb.Copy(), d2 = d.Copy();
            gw.Span.Fill(-0f);
            gb.Span.Fill(-0f);
            Cases.Reference.Of(Activation.Sigmoid)
                .BackwardAccumulate(w.Pointer, gw.Pointer, gb.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, d.Pointer);
            kernels.Of(Activation.Sigmoid)
                .BackwardGradient(w.Pointer, gw2.Pointer, gb2.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, d2.Pointer);
            Compare($"{inputs} × {outputs}", (gw, gb, d), (gw2, gb2, d2));

            (gw2, gb2) = (supply.Next(inputs * outputs), supply.Next(outputs));
            kernels.Of(Activation.Sigmoid)
                .BackwardGradient(w.Pointer, gw2.Pointer, gb2.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, null);
            Compare($"{inputs} × {outputs}, first layer", (gw, gb, d), (gw2, gb2, d2));
            Guarded.AssertUntouched(w, a, delta);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void The_first_layer_needs_no_input_delta(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes.Concat(Cases.LargeShapes)))
        {
            Guarded a = supply.Next(inputs), delta = supply.NextDelta(outputs);
            Guarded w = supply.Next(inputs * outputs), b = supply.Next(outputs), w2 = w.Copy(), b2 = b.Copy();
            Cases.Reference.Of(Activation.Sigmoid)
                .BackwardUpdate(w.Pointer, b.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, null, Rate);
            kernels.Of(Activation.Sigmoid)
                .BackwardUpdate(w2.Pointer, b2.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, null, Rate);
            Compare($"{inputs} × {outputs}, descend", (w, b, delta), (w2, b2, delta));

            Guarded gw = supply.Next(inputs * outputs), gb = supply.Next(outputs), gw2 = gw.Copy(), gb2 = gb.Copy();
            Cases.Reference.Of(Activation.Sigmoid)
                .BackwardAccumulate(null, gw.Pointer, gb.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, null);
            kernels.Of(Activation.Sigmoid)
                .BackwardAccumulate(w.Pointer, gw2.Pointer, gb2.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, null);
            Compare($"{inputs} × {outputs}, accumulate", (gw, gb, delta), (gw2, gb2, delta));
            Guarded.AssertUntouched(a, delta);
        }
    }

    [Fact]
    public void Reference_is_within_the_proven_bound_of_the_oracle()
    {
        var supply = new Supply(Numbers.Ordinary, seed: 2);
        foreach ((int inputs, int outputs) in Cases.Shapes)
        {
            Guarded a = supply.Next(inputs, 0.5f, 0.5f), delta = supply.NextDelta(outputs);
            Guarded w = supply.Next(inputs * outputs), b = supply.Next(outputs), d = supply.Target(inputs, padded: true);
            (Bounded[] inputDelta, Bounded[] weights, Bounded[] biases) = Exact(w.Span, b.Span, a.Span, delta.Span);
            Cases.Reference.Of(Activation.Sigmoid)
                .BackwardUpdate(w.Pointer, b.Pointer, a.Pointer, null, inputs, delta.Pointer, outputs, d.Pointer, Rate);

            Bounded.AssertAdmits(inputDelta, d.Span, $"{inputs} × {outputs}, input delta");
            Bounded.AssertAdmits(weights, w.Span, $"{inputs} × {outputs}, weights");
            Bounded.AssertAdmits(biases, b.Span, $"{inputs} × {outputs}, biases");
        }
    }

    [Fact]
    public void Reference_accumulates_a_batch_within_the_proven_bound_of_the_oracle()
    {
        const int Inputs = 5, Outputs = 7, Batch = 100;
        var supply = new Supply(Numbers.Ordinary, seed: 2);
        Guarded a = supply.Next(Inputs * Batch), gw = new(new float[Inputs * Outputs]), gb = new(new float[Outputs]);
        Guarded[] deltas = [.. Enumerable.Range(0, Batch).Select(_ => supply.NextDelta(Outputs))];
        for (int s = 0; s < Batch; s++)
        {
            Cases.Reference.Of(Activation.Sigmoid)
                .BackwardAccumulate(null, gw.Pointer, gb.Pointer, a.Pointer + s * Inputs, null, Inputs, deltas[s].Pointer, Outputs, null);
        }

        for (int i = 0; i < Outputs; i++)
        {
            Bounded[] delta = Array.ConvertAll(deltas, d => new Bounded(d.Span[i])), ones = Array.ConvertAll(deltas, _ => new Bounded(1));
            Bounded.AssertAdmits([Bounded.Dot(0, delta, ones)], [gb.Span[i]], "bias");
            for (int j = 0; j < Inputs; j++)
            {
                Bounded[] aj = [.. Enumerable.Range(0, Batch).Select(s => new Bounded(a.Span[s * Inputs + j]))];
                Bounded.AssertAdmits([Bounded.Dot(0, delta, aj)], [gw.Span[j * Outputs + i]], "weight");
            }
        }
    }

    private static (Bounded[] InputDelta, Bounded[] Weights, Bounded[] Biases) Exact(
        ReadOnlySpan<float> w, ReadOnlySpan<float> b, ReadOnlySpan<float> a, ReadOnlySpan<float> delta)
    {
        Bounded[] weights = Bounded.Exact(w), biases = Bounded.Exact(b), d = Bounded.Exact(delta), inputDelta = Bounded.Exact(a);
        for (int j = 0; j < a.Length; j++)
        {
            Span<Bounded> row = weights.AsSpan(j * d.Length, d.Length);
            Bounded aj = a[j];
            inputDelta[j] = Bounded.Dot(0, row, d) * Bounded.Derivative(aj);
            for (int i = 0; i < d.Length; i++) row[i] += Rate * (d[i] * aj);
        }

        for (int i = 0; i < d.Length; i++) biases[i] += Rate * d[i];
        return (inputDelta, weights, biases);
    }

    private static void Compare(
        string shape, (Guarded Weights, Guarded Biases, Guarded Delta) expected, (Guarded Weights, Guarded Biases, Guarded Delta) actual)
    {
        Cases.AssertSameBits(expected.Weights.Span, actual.Weights.Span, $"{shape}, weights");
        Cases.AssertSameBits(expected.Biases.Span, actual.Biases.Span, $"{shape}, biases");
        Cases.AssertSameBits(expected.Delta.Span, actual.Delta.Span, $"{shape}, input delta");
        Guarded.AssertGuards(expected.Weights, expected.Biases, expected.Delta, actual.Weights, actual.Biases, actual.Delta);
    }
}
