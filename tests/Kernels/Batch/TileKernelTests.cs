using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using Xunit;

namespace FastNN.Tests.Batch;

/// <summary>
/// The kernels for batches, one by one. Each sample has the bits of the scalar reference. No kernel touches memory but its own.
/// </summary>
public sealed unsafe class TileKernelTests
{
    private static readonly KernelSet s_reference = Cases.Reference;

    public static TheoryData<KernelVariant, Numbers> VariantsAndNumbers => Cases.VariantsAndNumbers;

    /// <summary>
    /// <see cref="ForwardPasses.ForwardTiles"/> transposes samples into tiles and outputs back. In between it runs a single layer here.
    /// </summary>
    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void A_layer_of_every_shape_forward(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        int samples = 0;
        IEnumerable<(int, int)> large = Cases.LargeShapes.Where(shape => shape.Inputs * shape.Outputs < 140_000);
        (int, int)[] around1MiB = [(515, 510), (515, 510), (513, 521)]; // only the last is beyond it
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes.Concat(large)).Concat(around1MiB))
        {
            samples = samples % kernels.Tile + 1;
            AssertForward(kernels, supply, inputs, outputs, samples);
        }
    }

    /// <summary>
    /// These layers sum four chains for each output. Their inputs lie around those of one pass, two passes and more. The tiles have one
    /// vector or two.
    /// </summary>
    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void A_narrow_layer_of_many_inputs_forward(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        foreach (int inputs in (int[])[159, 160, 161, 162, 163, 164, 165, 318, 323, 485, 1003])
        {
            for (int outputs = 1; outputs <= 32; outputs += numbers == Numbers.Ordinary ? 1 : 5)
            {
                AssertForward(kernels, supply, inputs, outputs, kernels.Tile);
                AssertForward(kernels, supply, inputs, outputs, (inputs + outputs) % kernels.Tile + 1);
            }
        }
    }

    /// <summary>
    /// Costs and deltas of all layers, and the gradient from them. The chunks have full tiles and rests. The first layer runs in tiles and
    /// in rows.
    /// </summary>
    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void Two_layers_of_every_shape_back(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        var random = new Random(5);
        (int Inputs, int Outputs)[] large = [(129, 70), (70, 1031), (5, 1024)];
        IEnumerable<int[]> networks =
            from shape in Cases.For(numbers, Cases.Shapes.Where(_ => random.Next(3) == 0)).Concat(large)
            select (int[])[random.Next(1, 20), shape.Inputs, shape.Outputs];
        foreach (int[] widths in networks.Concat(Cases.NetworksInRows))
        {
            int samples = random.Next(1, 2 * kernels.Tile + 5), inputs = widths[0], outputs = widths[^1];
            NetworkPlan plan = Cases.Plan(kernels, widths), reference = Cases.Plan(s_reference, widths);
            Guarded w = supply.Next(plan.Parameters), x = supply.Next(samples * inputs), y = supply.Next(samples * outputs);
            Guarded expected = supply.Next(w.Span.Length), actual = expected.Copy();
            float[] expectedCosts = Accumulate(reference, w, x, y, samples, expected, Cost.SquaredError);
            float[] costs = Accumulate(plan, w, x, y, samples, actual, Cost.SquaredError);

            string what = $"{string.Join('-', widths)}, {samples} samples";
            Cases.AssertSameBits(expectedCosts, costs, $"{what}, costs");
            Cases.AssertSameBits(expected.Span, actual.Span, $"{what}, gradient");
            Guarded.AssertUntouched(w, x, y);
            Guarded.AssertGuards(actual);
        }
    }

    /// <summary>
    /// The same with a random activation in each layer, and with a random cost or a given gradient. The gradient with respect to the inputs
    /// is compared, too.
    /// </summary>
    [Theory]
    [MemberData(nameof(VariantsAndNumbers))]
    public void Layers_of_mixed_activations_forward_and_back(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        var random = new Random(7);
        IEnumerable<int[]> networks =
            from _ in Enumerable.Range(0, 80)
            select (int[])[.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 40))];
        foreach (int[] widths in networks.Concat(Cases.NetworksInRows.Where(n => n.Max() < 140).Take(10)))
        {
            int samples = random.Next(1, 2 * kernels.Tile + 5), inputs = widths[0], outputs = widths[^1];
            Activation[] activations = Cases.RandomActivations(random, widths.Length - 1);
            Cost? cost = random.Next(4) == 0 ? null : Cases.RandomCost(random, activations[^1]);
            NetworkPlan plan = new(widths, activations, kernels), reference = new(widths, activations, s_reference);
            Guarded w = supply.Next(plan.Parameters), x = supply.Next(samples * inputs), y = supply.Next(samples * outputs);
            Guarded expected = supply.Next(w.Span.Length), actual = expected.Copy(), dx = supply.Target(samples * inputs), dx2 = dx.Copy();
            float[] expectedCosts = Accumulate(reference, w, x, y, samples, expected, cost, dx);
            float[] costs = Accumulate(plan, w, x, y, samples, actual, cost, dx2);

            string what = $"{string.Join('-', widths)} by {string.Join(", ", (object[])activations)}, {cost}, {samples} samples";
            Cases.AssertSameBits(expectedCosts, costs, $"{what}, costs");
            Cases.AssertSameBits(expected.Span, actual.Span, $"{what}, gradient");
            Cases.AssertSameBits(dx.Span, dx2.Span, $"{what}, gradient by the inputs");
            Outputs(supply, plan, reference, w, x, samples, what);
            Guarded.AssertUntouched(w, x, y);
            Guarded.AssertGuards(actual, dx, dx2);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Samples_are_transposed_in_and_out_of_a_tile(KernelVariant variant)
    {
        KernelSet kernels = KernelSet.For(variant);
        for (int width = 1; width <= 40; width++)
        {
            // Each input has a large weight to its own output. All other weights are zero. So σ says of every value whether it is positive.
            NetworkPlan plan = Cases.Plan(kernels, width, width);
            var weights = new float[plan.Parameters];
            for (int i = 0; i < width; i++) weights[i * width + i] = 1000f;
            var parameters = new Guarded(weights);
            for (int samples = 1; samples <= kernels.Tile; samples++)
            {
                float[] signs = Cases.Uniform(width * 100 + samples, samples * width);
                foreach (ref float sign in signs.AsSpan()) sign = sign < 0.5f ? -1f : 1f;
                Guarded x = new(signs, samples % 16), y = new(new float[samples * width], width % 16);
                Guarded scratch = new(new float[plan.Forward.BatchScratch]);
                plan.Forward.ForwardTiles(parameters.Pointer, null, x.Pointer, y.Pointer, 1, samples, scratch.Pointer);
                for (int k = 0; k < signs.Length; k++) Assert.Equal(signs[k] > 0 ? 1f : 0f, y.Span[k]);
                Guarded.AssertUntouched(x, parameters);
                Guarded.AssertGuards(y, scratch);
            }
        }
    }

    /// <summary>One layer in lanes and in rows has the bits of each sample alone on the reference.</summary>
    private static void AssertForward(KernelSet kernels, Supply supply, int inputs, int outputs, int samples)
    {
        // Not sigmoid: tiny networks of sigmoids take a way of their own.
        NetworkPlan plan = Cases.Plan(kernels, Activation.Tanh, inputs, outputs);
        Guarded w = supply.Next(plan.Parameters), x = supply.Next(samples * inputs), expected = supply.Target(samples * outputs);
        Guarded tile = expected.Copy(), few = expected.Copy(), scratch = supply.Target(plan.Forward.BatchScratch);
        ActivationKernels tanh = s_reference.Of(Activation.Tanh);
        for (int s = 0; s < samples; s++)
        {
            float* xs = x.Pointer + s * inputs, ys = expected.Pointer + s * outputs;
            tanh.Forward(xs, inputs, w.Pointer, w.Pointer + plan.Shapes[0].Biases, ys, outputs, outputs);
        }

        plan.Forward.ForwardTiles(w.Pointer, null, x.Pointer, tile.Pointer, 1, samples, scratch.Pointer);
        plan.Forward.ForwardFew(w.Pointer, null, x.Pointer, few.Pointer, samples, scratch.Pointer);

        Cases.AssertSameBits(expected.Span, tile.Span, $"{inputs} × {outputs}, {samples} samples in lanes");
        Cases.AssertSameBits(expected.Span, few.Span, $"{inputs} × {outputs}, {samples} samples in rows");
        Guarded.AssertUntouched(w, x);
        Guarded.AssertGuards(tile, few, scratch);
    }

    /// <summary>The outputs in lanes and in rows have the bits of each sample alone on the reference.</summary>
    private static void Outputs(
        Supply supply, NetworkPlan plan, NetworkPlan reference, Guarded w, Guarded x, int samples, string what)
    {
        int inputs = plan.Inputs, outputs = plan.Outputs, fitting = Math.Min(samples, plan.Kernels.Tile);
        Guarded expected = supply.Target(fitting * outputs), tile = expected.Copy(), few = expected.Copy();
        Guarded scratch = supply.Target(plan.Forward.BatchScratch);
        var hidden = new Guarded(new float[reference.Shapes[^1].ActivationsEnd]);
        for (int s = 0; s < fitting; s++)
            reference.Forward.Forward(w.Pointer, x.Pointer + s * inputs, hidden.Pointer, expected.Pointer + s * outputs, outputs);
        plan.Forward.ForwardTiles(w.Pointer, null, x.Pointer, tile.Pointer, 1, fitting, scratch.Pointer);
        plan.Forward.ForwardFew(w.Pointer, null, x.Pointer, few.Pointer, fitting, scratch.Pointer);
        Cases.AssertSameBits(expected.Span, tile.Span, $"{what}, outputs in lanes");
        Cases.AssertSameBits(expected.Span, few.Span, $"{what}, outputs in rows");
        Guarded.AssertGuards(tile, few, scratch);
    }

    /// <summary>
    /// All tiles of a chunk come first. Then all rows of the gradient come in uneven parts, and are added to what is there. Without a cost
    /// the gradient of the outputs is given.
    /// </summary>
    private static float[] Accumulate(
        NetworkPlan plan, Guarded w, Guarded x, Guarded y, int samples, Guarded gradient, Cost? cost, Guarded? xGradient = null)
    {
        KernelSet kernels = plan.Kernels;
        LayerShape[] layers = plan.Shapes;
        ActivationKernels last = plan.Functions[^1];
        TrainingPasses training = plan.Forward.Under(cost is { } known ? last.Under(known) : last.UnderGivenGradient());
        int tile = kernels.Tile, rest = samples % tile;
        var memory = new Guarded(new float[TileChunk.Floats(layers, tile, samples)]);
        var scratch = new Guarded(new float[training.Scratch]);
        var chunk = new TileChunk(memory.Pointer, x.Pointer, layers, tile, rest == 0 ? tile : kernels.LanesFor(rest), samples);
        for (int t = 0; t < chunk.Tiles; t++)
        {
            float* yt = y.Pointer + t * tile * layers[^1].Outputs;
            float* dx = xGradient == null ? null : xGradient.Pointer + t * tile * layers[0].Inputs;
            training.TileDeltas(w.Pointer, yt, in chunk, t, 1, scratch.Pointer, deltas: true, dx);
        }

        foreach (LayerShape layer in layers)
        {
            float* g = gradient.Pointer + layer.Weights;
            int rows = layer.Inputs + 1, split = rows / 3;
            if (split > 0) kernels.BatchGradient(in chunk, in layer, 0, split, g, g, 1f, 0f);
            kernels.BatchGradient(in chunk, in layer, split, rows, g, g, 1f, 0f);
        }

        Guarded.AssertGuards(memory, scratch);
        return new Span<float>(chunk.Costs, samples).ToArray();
    }
}
