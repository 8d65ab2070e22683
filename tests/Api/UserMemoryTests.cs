using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// The public methods on a user's spans, which have no slack behind them. They lie at every distance from a cache line, also between guard
/// pages (<see cref="House.GuardPageTests"/>). The methods have the bits of the scalar variant and touch no memory but the spans.
/// </summary>
public class UserMemoryTests
{
    private const float Rate = 0.3f;

    private static readonly int[] s_batches = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 70, 129, 257];

    /// <summary>The smallest are tiny. The largest take the samples of a batch in rows.</summary>
    private static readonly int[][] s_networks =
        [[1, 1], [2, 4, 3, 2], [4, 4, 4], [3, 2], [3, 7, 5], [17, 33, 9, 5], [8, 70], [49, 48, 20], [67, 64, 9], [70, 1, 3]];

    public static TheoryData<KernelVariant, string> VariantsAndFunctions => Cases.VariantsAndActivations;

    /// <summary>Zero, every number from one to seventy, and some far beyond what a kernel takes at once.</summary>
    private static IEnumerable<int> Lengths => [.. Enumerable.Range(0, 71), 127, 128, 129, 257, 1031];

    [Theory]
    [MemberData(nameof(VariantsAndFunctions))]
    public void Activations(KernelVariant variant, string function)
    {
        Activation f = Cases.Named(function);
        var supply = new Supply(Numbers.Infinities);
        foreach ((int length, int offset) in LengthsAndOffsets())
        {
            Guarded x = new(supply.Values(length), offset), y = supply.Target(length), inPlace = x.Copy();
            float[] expected = new float[length], expectedSlopes = new float[length];
            Kernels.Activate(f, x.Lent, expected, KernelVariant.Scalar);
            Kernels.Activate(f, x.Lent, y.Lent, variant);
            Kernels.Activate(f, inPlace.Lent, inPlace.Lent, variant);
            Cases.AssertSameBits(expected, y.Span, $"{length} floats, {offset} from a line");
            Cases.AssertSameBits(expected, inPlace.Span, $"{length} floats in place");
            if (f.IsElementwise)
            {
                Guarded slopes = supply.Target(length);
                Kernels.ActivateWithSlope(f, x.Lent, expected, expectedSlopes, KernelVariant.Scalar);
                Kernels.ActivateWithSlope(f, x.Lent, y.Lent, slopes.Lent, variant);
                Cases.AssertSameBits(expected, y.Span, $"{length} floats with slopes");
                Cases.AssertSameBits(expectedSlopes, slopes.Span, $"{length} slopes");
                Guarded.AssertGuards(slopes);
            }

            Guarded.AssertUntouched(x);
            Guarded.AssertGuards(y, inPlace);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Descents_and_output_deltas(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach ((int length, int offset) in LengthsAndOffsets())
        {
            Guarded g = new(supply.Values(length), offset), w = supply.Next(length), expected = w.Copy();
            Kernels.GradientDescent(expected.Lent, g.Lent, 0.5f, Rate, KernelVariant.Scalar);
            Kernels.GradientDescent(w.Lent, g.Lent, 0.5f, Rate, variant);
            Cases.AssertSameBits(expected.Span, w.Span, $"{length} floats, {offset} from a line");
            Guarded.AssertUntouched(g);
            Guarded.AssertGuards(w);
            if (length == 0) continue;

            Guarded y = supply.Next(length), delta = supply.Target(length), expectedDelta = delta.Copy();
            float expectedCost = Kernels.OutputDelta(g.Lent, y.Lent, expectedDelta.Lent, KernelVariant.Scalar);
            Cases.AssertSameBits(expectedCost, Kernels.OutputDelta(g.Lent, y.Lent, delta.Lent, variant), $"{length} outputs, cost");
            Cases.AssertSameBits(expectedDelta.Span, delta.Span, $"{length} outputs, delta");
            Guarded.AssertUntouched(g, y);
            Guarded.AssertGuards(delta);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Layers_of_every_shape(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach ((int inputs, int outputs) in Cases.Shapes.Concat([(70, 70), (129, 70), (5, 1024), (70, 141)]))
        {
            Guarded x = supply.Next(inputs), w = supply.Next(inputs * outputs), b = supply.Next(outputs), d = supply.Next(outputs);
            Guarded y = supply.Target(outputs), expectedY = y.Copy(), before = supply.Target(inputs), expectedBefore = before.Copy();
            Guarded gw = supply.Next(inputs * outputs), gb = supply.Next(outputs), expectedGw = gw.Copy(), expectedGb = gb.Copy();
            Kernels.Forward(x.Lent, w.Lent, b.Lent, expectedY.Lent, KernelVariant.Scalar);
            Kernels.Forward(x.Lent, w.Lent, b.Lent, y.Lent, variant);
            Kernels.BackwardAccumulate(x.Lent, d.Lent, w.Lent, expectedGw.Lent, expectedGb.Lent, expectedBefore.Lent, KernelVariant.Scalar);
            Kernels.BackwardAccumulate(x.Lent, d.Lent, w.Lent, gw.Lent, gb.Lent, before.Lent, variant);
            string what = $"{inputs} × {outputs}";
            Cases.AssertSameBits(expectedY.Span, y.Span, $"{what}, outputs");
            Cases.AssertSameBits(expectedGw.Span, gw.Span, $"{what}, gradient of weights");
            Cases.AssertSameBits(expectedGb.Span, gb.Span, $"{what}, gradient of biases");
            Cases.AssertSameBits(expectedBefore.Span, before.Span, $"{what}, input delta");
            Guarded.AssertUntouched(x, w, b, d);

            Kernels.BackwardUpdate(x.Lent, d.Lent, expectedGw.Lent, expectedGb.Lent, expectedBefore.Lent, Rate, KernelVariant.Scalar);
            Kernels.BackwardUpdate(x.Lent, d.Lent, gw.Lent, gb.Lent, before.Lent, Rate, variant);
            Cases.AssertSameBits(expectedGw.Span, gw.Span, $"{what}, updated weights");
            Cases.AssertSameBits(expectedGb.Span, gb.Span, $"{what}, updated biases");
            Cases.AssertSameBits(expectedBefore.Span, before.Span, $"{what}, input delta of the update");
            Guarded.AssertUntouched(x, d);
            Guarded.AssertGuards(y, before, gw, gb);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Networks_forward(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach (int[] widths in s_networks)
        {
            Network reference = new(widths, seed: 1, KernelVariant.Scalar), network = new(widths, seed: 1, variant);
            for (int batch = 1; batch <= 70; batch++)
            {
                for (int offset = batch % 5; offset < 16; offset += 5)
                {
                    Guarded x = new(supply.Values(batch * network.Inputs), offset), y = supply.Target(batch * network.Outputs),
                        expected = y.Copy();
                    reference.Forward(x.Lent, expected.Lent);
                    network.Forward(x.Lent, y.Lent, threads: 1 + offset % 2);
                    Cases.AssertSameBits(expected.Span, y.Span, $"[{string.Join(", ", widths)}], {batch} samples");
                    Guarded.AssertUntouched(x);
                    Guarded.AssertGuards(y);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Networks_back(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach (int[] widths in s_networks)
        {
            Trainer reference = TrainerOf(KernelVariant.Scalar, threads: 1), trainer = TrainerOf(variant, threads: 2);
            foreach (int batch in s_batches)
            {
                int inputs = batch * widths[0], outputs = batch * widths[^1];
                Guarded x = supply.Next(inputs), y = supply.Next(outputs), dx = supply.Target(inputs), expected = dx.Copy();
                string what = $"[{string.Join(", ", widths)}], {batch} samples";
                Cases.AssertSameBits(reference.ComputeGradient(x.Lent, y.Lent), trainer.ComputeGradient(x.Lent, y.Lent), $"{what}, cost");
                reference.Backward(x.Lent, y.Lent, expected.Lent);
                trainer.Backward(x.Lent, y.Lent, dx.Lent);
                Cases.AssertSameBits(reference.Gradient, trainer.Gradient, $"{what}, gradient");
                Cases.AssertSameBits(expected.Span, dx.Span, $"{what}, input gradient");
                Cases.AssertSameBits(reference.Step(x.Lent, y.Lent), trainer.Step(x.Lent, y.Lent), $"{what}, cost of a step");
                Cases.AssertSameBits(reference.Network.Parameters, trainer.Network.Parameters, $"{what}, parameters");
                Assert.Equal(reference.Measure(x.Lent, y.Lent), trainer.Measure(x.Lent, y.Lent));
                Guarded.AssertUntouched(x, y);
                Guarded.AssertGuards(dx);
            }

            Trainer TrainerOf(KernelVariant kernels, int threads) =>
                new(new Network(widths, seed: 1, kernels), new Sgd(Rate), threads: threads);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Derivatives_by_the_inputs(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach (int[] widths in s_networks)
        {
            Network reference = new(widths, seed: 1, KernelVariant.Scalar), network = new(widths, seed: 1, variant);
            foreach (int batch in s_batches)
            {
                int inputs = batch * widths[0], outputs = batch * widths[^1];
                Guarded x = supply.Next(inputs), g = supply.Next(outputs), dx = supply.Target(inputs), expected = dx.Copy();
                Guarded jacobian = supply.Target(inputs * widths[^1]), expectedJacobian = jacobian.Copy();
                string what = $"[{string.Join(", ", widths)}], {batch} samples";
                reference.InputGradient(x.Lent, g.Lent, expected.Lent);
                network.InputGradient(x.Lent, g.Lent, dx.Lent, threads: 1 + batch % 2);
                Cases.AssertSameBits(expected.Span, dx.Span, $"{what}, input gradient");
                reference.Jacobian(x.Lent, expectedJacobian.Lent);
                network.Jacobian(x.Lent, jacobian.Lent, threads: 1 + batch % 2);
                Cases.AssertSameBits(expectedJacobian.Span, jacobian.Span, $"{what}, Jacobian");
                Guarded.AssertUntouched(x, g);
                Guarded.AssertGuards(dx, jacobian);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Ensembles_forward(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        int cases = 0;
        foreach (int[] widths in s_networks.Where(widths => widths.Max() < 100))
        {
            foreach (int batch in s_batches.Where(batch => batch < 20))
            {
                int count = ((int[])[1, 3, 15, 16, 17, 33])[cases++ % 6], shared = batch * widths[0];
                NetworkEnsemble reference = new(widths, count, seed: 1, KernelVariant.Scalar);
                NetworkEnsemble ensemble = new(widths, count, seed: 1, variant);
                Guarded x = supply.Next(count * shared), y = supply.Target(count * batch * widths[^1]), expected = y.Copy();
                string what = $"{ensemble}, {batch} samples";
                reference.Forward(x.Lent, expected.Lent);
                ensemble.Forward(x.Lent, y.Lent, threads: 1 + batch % 2);
                Cases.AssertSameBits(expected.Span, y.Span, what);
                Guarded one = supply.Next(shared);
                reference.ForwardShared(one.Lent, expected.Lent);
                ensemble.ForwardShared(one.Lent, y.Lent, threads: 1 + batch % 2);
                Cases.AssertSameBits(expected.Span, y.Span, $"{what}, shared");
                Guarded.AssertUntouched(x, one);
                Guarded.AssertGuards(y);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Ensembles_learn(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        int cases = 0;
        foreach (int[] widths in s_networks.Where(widths => widths.Max() < 100))
        {
            foreach (int batch in s_batches.Where(batch => batch < 20))
            {
                int count = ((int[])[1, 3, 15, 16, 17, 33])[cases++ % 6];
                NetworkEnsemble reference = new(widths, count, seed: 1, KernelVariant.Scalar);
                NetworkEnsemble ensemble = new(widths, count, seed: 1, variant);
                Guarded x = supply.Next(count * batch * widths[0]), y = supply.Next(count * batch * widths[^1]);
                Guarded costs = supply.Target(count), expected = costs.Copy();
                string what = $"{ensemble}, {batch} samples";
                new EnsembleTrainer(reference, new Sgd(0.1f)).Step(x.Lent, y.Lent, expected.Lent);
                var trainer = new EnsembleTrainer(ensemble, new Sgd(0.1f), threads: 1 + batch % 2);
                trainer.Step(x.Lent, y.Lent, costs.Lent);
                Cases.AssertSameBits(expected.Span, costs.Span, what);
                new EnsembleTrainer(reference, new Sgd(0.1f)).Evaluate(x.Lent, y.Lent, expected.Lent);
                trainer.Evaluate(x.Lent, y.Lent, costs.Lent);
                Cases.AssertSameBits(expected.Span, costs.Span, $"{what}, evaluated");
                Guarded.AssertUntouched(x, y);
                Guarded.AssertGuards(costs);
            }
        }
    }

    private static IEnumerable<(int Length, int Offset)> LengthsAndOffsets() =>
        from length in Lengths from offset in Enumerable.Range(0, 16) select (length, offset);
}
