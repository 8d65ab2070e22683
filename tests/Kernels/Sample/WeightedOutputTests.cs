using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Sample;

/// <summary>
/// Costs and deltas with a weight for each output, of one sample and of a tile. The bits are the same in every variant. No memory but their
/// own is touched.
/// </summary>
public unsafe class WeightedOutputTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndOutputs), MemberType = typeof(Cases))]
    public void One_sample_has_the_bits_of_the_reference(KernelVariant variant, string activation, string costName)
    {
        (ActivationKernels last, ActivationKernels lastOfReference) = Cases.KernelsOf(activation, variant);
        OutputKernels kernels = last.Under(Cases.CostNamed(costName)), reference = lastOfReference.Under(Cases.CostNamed(costName));
        foreach (Numbers numbers in Cases.Kinds)
        {
            var supply = new Supply(numbers);
            foreach (int count in Cases.Lengths.Where(count => count < 20 || count is 33 or 64 or 70))
            {
                Guarded z = supply.Next(count, 8f), kept = supply.Next(count), w = Weights(count), y = supply.Next(count), y2 = y.Copy();
                Guarded a = supply.Target(count), expected = supply.Target(count, padded: true), actual = expected.Copy();
                reference.Function.Activate(z.Pointer, a.Pointer, count);
                Guarded read = a.Copy();
                float cost = reference.WeightedDelta(read.Pointer, kept.Pointer, y.Pointer, w.Pointer, expected.Pointer, count);
                float cost2 = kernels.WeightedDelta(read.Pointer, kept.Pointer, y2.Pointer, w.Pointer, actual.Pointer, count);
                Cases.AssertSameBits(cost, cost2, $"{numbers}, {count}, cost");
                Cases.AssertSameBits(expected.Span, actual.Span, $"{numbers}, {count}, delta");
                Guarded.AssertUntouched(read, kept, w);
                Guarded.AssertGuards(y2, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndOutputs), MemberType = typeof(Cases))]
    public void A_tile_has_the_bits_of_each_sample_by_the_reference(KernelVariant variant, string activation, string costName)
    {
        KernelSet set = KernelSet.For(variant);
        (ActivationKernels last, ActivationKernels lastOfReference) = Cases.KernelsOf(activation, variant);
        OutputKernels kernels = last.Under(Cases.CostNamed(costName)), reference = lastOfReference.Under(Cases.CostNamed(costName));
        foreach (Numbers numbers in Cases.Kinds)
        {
            var supply = new Supply(numbers);
            foreach (int count in (int[])[1, 2, 5, 17, 33])
            {
                foreach (int lanes in (int[])[set.LanesFor(1), set.LanesFor(7), set.Tile])
                    CompareTile(supply, kernels, reference, count, lanes, $"{numbers}, {count} × {lanes}");
            }
        }
    }

    private static void CompareTile(Supply supply, OutputKernels kernels, OutputKernels reference, int count, int lanes, string what)
    {
        Guarded kept = supply.Next(count * lanes), w = Weights(count * lanes), y = supply.Next(count * lanes);
        Guarded a = supply.Next(count * lanes), delta = a.Copy(), y2 = y.Copy(), costs = supply.Target(kernels.WeightedRows(count) * lanes);
        kernels.WeightedTileDelta(delta.Pointer, kept.Pointer, y2.Pointer, w.Pointer, count, lanes, costs.Pointer);
        for (int s = 0; s < lanes; s++)
        {
            Guarded expected = supply.Target(count, padded: true);
            float cost = reference.WeightedDelta(
                Lane(a, s), Lane(kept, s), Lane(y, s), Lane(w, s), expected.Pointer, count);
            Cases.AssertSameBits(cost, costs.Span[s], $"{what}, cost of sample {s}");
            Cases.AssertSameBits(expected.Span, new Guarded(Column(delta, s)).Span, $"{what}, delta of sample {s}");
        }

        Guarded.AssertUntouched(kept, w);
        Guarded.AssertGuards(delta, y2, costs);

        float* Lane(Guarded tile, int s) => new Guarded(Column(tile, s)).Pointer;

        float[] Column(Guarded tile, int s)
        {
            var column = new float[count];
            for (int i = 0; i < count; i++) column[i] = tile.Span[i * lanes + s];
            return column;
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void A_span_is_weighed_as_by_the_reference(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        ActivationKernels relu = KernelSet.For(variant).Of(Activation.Relu), reference = Cases.Reference.Of(Activation.Relu);
        foreach (int count in Cases.Lengths)
        {
            // A sample with one weight weighs its delta as a span.
            Guarded a = supply.Next(count), y = supply.Next(count), w = new([0.7f]);
            Guarded expected = supply.Target(count, padded: true), actual = supply.Target(count, padded: true);
            float cost = Weighted(reference, expected), cost2 = Weighted(relu, actual);
            Cases.AssertSameBits(cost, cost2, $"{count}, cost");
            Cases.AssertSameBits(expected.Span, actual.Span, $"{count}, delta");
            Guarded.AssertUntouched(a, y, w);
            Guarded.AssertGuards(actual);

            float Weighted(ActivationKernels last, Guarded delta)
            {
                WeightedOutput output = last.UnderWeights(last.Under(Cost.SquaredError), count);
                output.Begin(y.Pointer, w.Pointer, 1);
                return output.Delta(a.Pointer, a.Pointer, y.Pointer, delta.Pointer, count);
            }
        }
    }

    /// <summary>Weights of all kinds: a third are 0, some are −0, 1, tiny or huge.</summary>
    private static Guarded Weights(int count)
    {
        var random = new Random(count);
        float[] some = [0f, 0f, 0f, -0f, 1f, 1e-40f, 1e30f, 0.3f, 2f, random.NextSingle()];
        return new Guarded([.. Enumerable.Range(0, count).Select(_ => some[random.Next(some.Length)])], random.Next(16));
    }
}
