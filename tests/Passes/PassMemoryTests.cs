using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using Xunit;

namespace FastNN.Tests.Passes;

/// <summary>
/// The passes through whole networks. Here parameters and workspaces are as large as documented and no larger. In a <see cref="Network"/>
/// they lie in buffers with much more slack. The passes have the bits of the reference and touch no memory but theirs.
/// </summary>
public sealed unsafe class PassMemoryTests
{
    /// <summary>What <see cref="TinyNetwork"/> reads past its parameters.</summary>
    private const int TinySlack = 3;

    private const float Rate = -0.3f;

    /// <summary>All tiny networks, and some of every other kind.</summary>
    private static IEnumerable<int[]> Networks =>
    [
        .. Cases.TinyNetworks,
        .. from width in Enumerable.Range(1, 70) select (int[])[width, 1 + width * 7 % 40, 1 + width * 11 % 23],
        [1, 1], [2, 4, 3, 2], [4, 4, 4, 4, 4], [49, 48, 5], [67, 64, 9], [70, 70], [3, 300, 2], [5, 37], [12, 7, 31], [9, 300],
    ];

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Single_samples(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach (int[] widths in Networks)
        {
            NetworkPlan plan = PlanOf(KernelSet.For(variant), widths), reference = PlanOf(Cases.Reference, widths);
            Guarded w = Parameters(supply, plan), x = supply.Next(widths[0]), y = supply.Next(widths[^1]), w2 = w.Copy();
            Guarded outputs = supply.Target(widths[^1]), outputs2 = outputs.Copy();
            float cost = Sample(reference, w, x, y, outputs), cost2 = Sample(plan, w2, x, y, outputs2);
            string what = $"[{string.Join(", ", widths)}]";
            Cases.AssertSameBits(outputs.Span, outputs2.Span, $"{what}, outputs");
            Cases.AssertSameBits(cost, cost2, $"{what}, cost");
            Cases.AssertSameBits(w.Span, w2.Span, $"{what}, parameters after a step");
            Guarded.AssertUntouched(x, y);
            Guarded.AssertGuards(w2, outputs2);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Tiles_and_rows(KernelVariant variant)
    {
        var supply = new Supply(Numbers.Ordinary);
        foreach (int[] widths in Networks)
        {
            NetworkPlan plan = PlanOf(KernelSet.For(variant), widths), reference = PlanOf(Cases.Reference, widths);
            ForwardPasses passes = plan.Forward;
            int fullTile = plan.Kernels.Tile;
            int inputs = widths[0], outputs = widths[^1];
            Guarded w = Parameters(supply, plan), hidden = new(new float[reference.Shapes[^1].ActivationsEnd]);
            foreach ((int tiles, int samples) in (ReadOnlySpan<(int, int)>)[(passes.TilesTogether, fullTile), (1, 1 + inputs % fullTile)])
            {
                int count = tiles * samples;
                Guarded x = supply.Next(count * inputs), scratch = supply.Target(passes.BatchScratch);
                Guarded expected = supply.Target(count * outputs), tile = expected.Copy(), few = expected.Copy();
                for (int s = 0; s < count; s++)
                    reference.Forward.Forward(w.Pointer, x.Pointer + s * inputs, hidden.Pointer, expected.Pointer + s * outputs, outputs);
                passes.ForwardTiles(w.Pointer, null, x.Pointer, tile.Pointer, tiles, samples, scratch.Pointer);
                for (int first = 0; first < count; first += samples)
                    passes.ForwardFew(w.Pointer, null, x.Pointer + first * inputs, few.Pointer + first * outputs, samples, scratch.Pointer);

                string what = $"[{string.Join(", ", widths)}], {tiles} × {samples} samples";
                Cases.AssertSameBits(expected.Span, tile.Span, $"{what} in lanes");
                Cases.AssertSameBits(expected.Span, few.Span, $"{what} in rows");
                Guarded.AssertUntouched(w, x);
                Guarded.AssertGuards(tile, few, scratch);
            }
        }
    }

    /// <summary>Tiny networks have sigmoids. Others have any activation, and softmax in the last layer of every second one.</summary>
    private static NetworkPlan PlanOf(KernelSet kernels, int[] widths)
    {
        if (widths.Max() <= 4) return Cases.Plan(kernels, widths);

        Activation[] activations = Cases.RandomActivations(new Random(widths.Sum()), widths.Length - 1);
        if (widths.Sum() % 2 == 0) activations[^1] = Activation.Softmax;
        return new NetworkPlan(widths, activations, kernels);
    }

    private static Guarded Parameters(Supply supply, NetworkPlan plan) =>
        new(supply.Values(plan.Parameters), plan.Inputs % 16, slack: TinySlack);

    /// <summary>Computes the outputs, takes a step of training and returns its cost.</summary>
    private static float Sample(NetworkPlan plan, Guarded w, Guarded x, Guarded y, Guarded outputs)
    {
        Guarded scratch = new(new float[plan.Forward.Scratch], 1), activations = new(new float[LayerShape.Workspace(plan.Shapes)]);
        Guarded deltas = new(new float[plan.Shapes[^1].ActivationsEnd]);
        TrainingPasses training = plan.Forward.Under(plan.Functions[^1].Under(Cost.SquaredError));
        plan.Forward.Forward(w.Pointer, x.Pointer, scratch.Pointer, outputs.Pointer, outputs.Span.Length);
        float cost = training.OutputDelta(w.Pointer, x.Pointer, y.Pointer, activations.Pointer, deltas.Pointer);
        float cost2 = training.Step(w.Pointer, x.Pointer, y.Pointer, activations.Pointer, deltas.Pointer, Rate);
        Cases.AssertSameBits(cost, cost2, "the cost of a step");
        Guarded.AssertGuards(scratch, activations, deltas);
        return cost;
    }
}
