using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Sample;

/// <summary>
/// A layer of one sample with every activation: forward, back, and as the last layer. It has the same bits in every variant and touches no
/// memory but its own. The reference is within the proven bound of the oracle. <see cref="DenseForwardTests"/> and
/// <see cref="DenseBackwardTests"/> take the sigmoid through every shape.
/// </summary>
public unsafe class LayerKernelTests
{
    private const float Rate = -0.3f;

    public static TheoryData<string> Activations { get; } = [.. Cases.OfLayers.Select(f => f.Name)];

    public static TheoryData<string, string> Outputs { get; } =
        [.. from end in Cases.Ends select (end.Last.Name, end.Cost.Name)];

    [Theory]
    [MemberData(nameof(Cases.VariantsAndActivations), MemberType = typeof(Cases))]
    public void Forward_has_the_same_bits_as_the_reference(KernelVariant variant, string activation)
    {
        Activation f = Cases.Named(activation);
        ActivationKernels kernels = KernelSet.For(variant).Of(f), reference = Cases.Reference.Of(f);
        foreach (Numbers numbers in Cases.Kinds)
        {
            var supply = new Supply(numbers);
            foreach ((int inputs, int outputs) in Cases.SomeShapes)
            {
                Guarded x = supply.Next(inputs), w = supply.Next(inputs * outputs), b = supply.Next(outputs, 16f, -4f);
                Guarded expected = supply.Target(outputs), actual = supply.Target(outputs);
                reference.Forward(x.Pointer, inputs, w.Pointer, b.Pointer, expected.Pointer, outputs, outputs);
                kernels.Forward(x.Pointer, inputs, w.Pointer, b.Pointer, actual.Pointer, outputs, outputs);
                Cases.AssertSameBits(expected.Span, actual.Span, $"{numbers}, {inputs} × {outputs}, outputs");
                if (f.KeepsSlope) ForwardKeepingSlope(supply, kernels, reference, x, w, b, expected, $"{numbers}, {inputs} × {outputs}");

                Guarded.AssertUntouched(x, w, b);
                Guarded.AssertGuards(expected, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndElementwise), MemberType = typeof(Cases))]
    public void Back_has_the_same_bits_as_the_reference(KernelVariant variant, string activation)
    {
        (ActivationKernels kernels, ActivationKernels reference) = Cases.KernelsOf(activation, variant);
        foreach (Numbers numbers in Cases.Kinds)
        {
            var supply = new Supply(numbers);
            foreach ((int inputs, int outputs) in Cases.SomeShapes)
            {
                Guarded a = supply.Next(inputs), kept = supply.Next(inputs), delta = supply.NextDelta(outputs);
                Parts start = new(supply.Next(inputs * outputs), supply.Next(outputs), supply.Target(inputs, padded: true));
                Parts expected = start.Copy(), actual = start.Copy();
                Update(reference, expected);
                Update(kernels, actual);
                Parts expectedSum = start.Copy(), actualSum = start.Copy();
                Accumulate(reference, expectedSum);
                Accumulate(kernels, actualSum);

                string shape = $"{numbers}, {inputs} × {outputs}";
                Same($"{shape}, descend", expected.And(actual));
                Same($"{shape}, accumulate", expectedSum.And(actualSum));
                Same($"{shape}, input delta by both", (expected.Delta, expectedSum.Delta));
                Guarded.AssertUntouched(a, kept, delta, start.W);

                void Update(ActivationKernels by, Parts p) => by.BackwardUpdate(
                    p.W.Pointer, p.B.Pointer, a.Pointer, kept.Pointer, inputs, delta.Pointer, outputs, p.Delta.Pointer, Rate);

                void Accumulate(ActivationKernels by, Parts p) => by.BackwardAccumulate(
                    start.W.Pointer, p.W.Pointer, p.B.Pointer, a.Pointer, kept.Pointer, inputs, delta.Pointer, outputs, p.Delta.Pointer);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndOutputs), MemberType = typeof(Cases))]
    public void Output_deltas_have_the_same_bits_as_the_reference(KernelVariant variant, string activation, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        (ActivationKernels kernels, ActivationKernels reference) = Cases.KernelsOf(activation, variant);
        foreach (Numbers numbers in Cases.Kinds)
        {
            var supply = new Supply(numbers);
            foreach (int count in Cases.Lengths.Where(count => count < 36 || count % 5 == 0))
            {
                Guarded z = supply.Next(count, 8f), y = supply.Next(count), kept = supply.Next(count);
                SameDelta(supply, kernels.Under(cost), reference.Under(cost), z, kept, y, $"{numbers}, {count}");
                if (cost != Cost.SquaredError) continue; // every activation has it, so each has a given gradient once

                SameDelta(
                    supply, kernels.UnderGivenGradient(), reference.UnderGivenGradient(), z, kept, y,
                    $"{numbers}, {count}, given gradient");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Reference_forward_is_within_the_proven_bound_of_the_oracle(string activation)
    {
        Activation f = Cases.Named(activation);
        var supply = new Supply(Numbers.Ordinary, seed: 2);
        foreach ((int inputs, int outputs) in Cases.SomeShapes)
        {
            Guarded x = supply.Next(inputs), w = supply.Next(inputs * outputs), b = supply.Next(outputs, 16f, -4f);
            Guarded y = supply.Target(outputs);
            Cases.Reference.Of(f).Forward(x.Pointer, inputs, w.Pointer, b.Pointer, y.Pointer, outputs, outputs);
            var layer = new Oracle([inputs, outputs], Bounded.Exact([.. w.Span, .. b.Span]), [f]);
            Bounded.AssertAdmits(layer.Forward(Bounded.Exact(x.Span)), y.Span, $"{inputs} × {outputs}");
        }
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Reference_output_is_within_the_proven_bound_of_the_oracle(string activation, string costName)
    {
        Cost cost = Cases.CostNamed(costName);
        Activation f = Cases.Named(activation);
        ActivationKernels kernels = Cases.Reference.Of(f);
        OutputKernels output = kernels.Under(cost);
        var supply = new Supply(Numbers.Ordinary, seed: 2);
        for (int count = 1; count <= 70; count++)
        {
            Guarded z = supply.Next(count, 8f), y = supply.Next(count, 0.5f, 0.5f), kept = z.Copy();
            Guarded a = supply.Target(count), delta = supply.Target(count, padded: true);
            if (f.KeepsSlope && output.Function == kernels) kernels.ActivateKeepingSlope(kept.Pointer, a.Pointer, count);
            else output.Function.Activate(z.Pointer, a.Pointer, count);
            float actual = output.Delta(a.Pointer, kept.Pointer, y.Pointer, delta.Pointer, count);

            (Bounded exactCost, Bounded[] exactDelta) = Oracle.Output(f, cost, Bounded.Exact(z.Span), Bounded.Exact(y.Span));
            Bounded.AssertAdmits([exactCost], [actual], $"{count}, cost");
            Bounded.AssertAdmits(exactDelta, delta.Span, $"{count}, delta");
        }
    }

    private static void ForwardKeepingSlope(
        Supply supply, ActivationKernels kernels, ActivationKernels reference,
        Guarded x, Guarded w, Guarded b, Guarded outputs, string what)
    {
        int nIn = x.Span.Length, nOut = b.Span.Length;
        Guarded a = supply.Target(nOut), a2 = supply.Target(nOut), slopes = supply.Target(nOut), slopes2 = supply.Target(nOut);
        reference.ForwardKeepingSlope(x.Pointer, nIn, w.Pointer, b.Pointer, a.Pointer, slopes.Pointer, nOut, nOut);
        kernels.ForwardKeepingSlope(x.Pointer, nIn, w.Pointer, b.Pointer, a2.Pointer, slopes2.Pointer, nOut, nOut);
        Same($"{what}, slopes kept", (outputs, a), (a, a2), (slopes, slopes2));
    }

    private static void SameDelta(
        Supply supply, OutputKernels kernels, OutputKernels reference, Guarded z, Guarded kept, Guarded y, string what)
    {
        int count = z.Span.Length;
        Guarded a = supply.Target(count), expected = supply.Target(count, padded: true), actual = supply.Target(count, padded: true);
        reference.Function.Activate(z.Pointer, a.Pointer, count);
        Guarded read = a.Copy();
        float cost = reference.Delta(read.Pointer, kept.Pointer, y.Pointer, expected.Pointer, count);
        float cost2 = kernels.Delta(read.Pointer, kept.Pointer, y.Pointer, actual.Pointer, count);
        Cases.AssertSameBits(cost, cost2, $"{what}, cost");
        Same($"{what}, delta", (expected, actual));
        Guarded.AssertUntouched(z, kept, y, read);
    }

    private static void Same(string what, params ReadOnlySpan<(Guarded Expected, Guarded Actual)> pairs)
    {
        for (int k = 0; k < pairs.Length; k++)
        {
            Cases.AssertSameBits(pairs[k].Expected.Span, pairs[k].Actual.Span, $"{what} ({k})");
            Guarded.AssertGuards(pairs[k].Expected, pairs[k].Actual);
        }
    }

    /// <summary>What a layer's way back writes: W and b, or their gradients, and the input delta.</summary>
    private sealed record Parts(Guarded W, Guarded B, Guarded Delta)
    {
        internal Parts Copy() => new(W.Copy(), B.Copy(), Delta.Copy());

        internal (Guarded, Guarded)[] And(Parts actual) => [(W, actual.W), (B, actual.B), (Delta, actual.Delta)];
    }
}
