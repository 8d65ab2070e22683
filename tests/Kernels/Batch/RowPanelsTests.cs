using System.Runtime.Intrinsics;
using FastNN.Batch;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using FastNN.Simd;
using FastNN.Tuning;
using Xunit;

namespace FastNN.Tests.Batch;

/// <summary>Packed weights: rows have the bits of the reference, and no kernel touches memory but its own.</summary>
public sealed unsafe class RowPanelsTests
{
    private static readonly int[] s_samples = [1, 2, 5, 6, 7, 13, 48, 49, 70];

    public static TheoryData<KernelVariant, Numbers> VariantsAndNumbers => Cases.VariantsAndNumbers;

    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void Packed_rows_have_the_bits_of_the_reference(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        int next = 0;
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes).Concat([(515, 40), (130, 300), (1030, 34)]))
        {
            if (SumOrder.IsNarrow(inputs, outputs)) continue;

            Assert.True(KernelSet.For(variant).GiveTo(new Rows(supply, inputs, outputs, s_samples[next++ % s_samples.Length])));
        }
    }

    /// <summary>Whatever is packed, and however often it is published, a call has the bits of the network itself.</summary>
    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_served_network_with_packed_layers_has_the_bits_of_the_network(KernelVariant variant)
    {
        int[] widths = [150, 304, 160, 150, 7];
        var network = new Network(widths, Activation.Tanh, Activation.Softmax, seed: 3, kernels: variant);
        bool packs = network.Plan.Tile >= 16; // narrower vectors pack nothing
        Assert.Equal(packs, network.Plan.PackedAt.Any(place => place != NetworkPlan.NotPacked));
        var served = new ServedNetwork(network);
        for (int publication = 0; publication < 4; publication++)
        {
            foreach (int batch in (int[])[1, 2, 3, 8, 17, 33, 129, 300])
            {
                float[] x = Cases.Uniform(batch, batch * widths[0]), expected = new float[batch * 7], outputs = new float[batch * 7];
                network.Forward(x, expected);
                Assert.Equal(publication, served.Forward(x, outputs, threads: 1 + batch % 2));
                Cases.AssertSameBits(expected, outputs, $"publication {publication}, {batch} samples");
            }

            foreach (ref float parameter in network.Parameters) parameter *= -0.75f;
            served.Publish(network);
        }
    }

    /// <summary>Between passes the sums are in y. How many passes there are depends on the caches, but here it does not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Passes_continue_the_sums(int depth)
    {
        const int inputs = 101, outputs = 43, samples = 15;
        var supply = new Supply(Numbers.Ordinary);
        Guarded w = supply.Next(inputs * outputs), b = supply.Next(outputs), x = supply.Next(samples * inputs);
        Guarded packed = supply.Target((int)RowPanels.Floats<Simd128, Vector128<float>>(inputs, outputs));
        Guarded expected = supply.Target(samples * outputs), y = expected.Copy();
        Reference.ScalarTileKernels.RowForward(
            x.Pointer, inputs, samples, inputs, w.Pointer, b.Pointer, expected.Pointer, outputs, outputs);
        RowPanels.Pack<Simd128, Vector128<float>>(w.Pointer, inputs, outputs, packed.Pointer);
        RowGemm.ForwardPacked<Simd128, Vector128<float>>(
            x.Pointer, inputs, samples, inputs, packed.Pointer, b.Pointer, y.Pointer, outputs, outputs, depth);
        Cases.AssertSameBits(expected.Span, y.Span, $"passes of {depth}");
        Guarded.AssertGuards(y, packed);
    }

    [Fact]
    public void Packed_layers_start_at_cache_lines_and_do_not_overlap()
    {
        var network = new Network([100, 260, 272, 9], seed: 1);
        NetworkPlan plan = network.Plan;
        long end = 0;
        for (int l = 0; l < plan.Shapes.Length; l++)
        {
            if (plan.PackedAt[l] == NetworkPlan.NotPacked) continue;

            Assert.Equal(0, plan.PackedAt[l] % Caches.LineFloats);
            Assert.True(plan.PackedAt[l] >= end);
            end = plan.PackedAt[l] + plan.Kernels.PackedFloats(plan.Shapes[l].Inputs, plan.Shapes[l].Outputs);
        }

        Assert.InRange(plan.PackedFloats, end, int.MaxValue);
        Assert.Equal(0, plan.PackedFloats % Caches.LineFloats);
    }

    private sealed class Rows(Supply supply, int inputs, int outputs, int samples) : IKernelUser<bool>
    {
        public bool Take<K, T>()
            where K : struct, IKernels
            where T : struct, ITileKernels
        {
            Guarded w = supply.Next(inputs * outputs), b = supply.Next(outputs), x = supply.Next(samples * inputs);
            Guarded packed = supply.Target((int)T.PackedFloats(inputs, outputs));
            Guarded expected = supply.Target(samples * outputs), y = expected.Copy();
            Reference.ScalarTileKernels.RowForward(
                x.Pointer, inputs, samples, inputs, w.Pointer, b.Pointer, expected.Pointer, outputs, outputs);
            T.PackRows(w.Pointer, inputs, outputs, packed.Pointer);
            Guarded.AssertGuards(packed);
            T.RowForwardPacked(x.Pointer, inputs, samples, inputs, packed.Pointer, b.Pointer, y.Pointer, outputs, outputs);

            Cases.AssertSameBits(expected.Span, y.Span, $"{inputs} × {outputs}, {samples} samples");
            Guarded.AssertUntouched(w, b, x);
            Guarded.AssertGuards(y);
            return true;
        }
    }
}
