using FastNN.Bench.Machine;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// After the first calls no call allocates a single byte. This holds for one sample and for a batch, on the stack and in the thread's
/// scratch.
/// </summary>
public class AllocationTests
{
    public static TheoryData<int[], int, KernelVariant> NetworksBatchesAndVariants { get; } =
    [
        .. from widths in (int[][])[[2, 4, 3, 2], [3, 700, 2]]
           from batch in (int[])[1, 3, 17, 300]
           from variant in Variants
           where batch < 300 || variant != KernelVariant.Scalar // which takes too long for them
           select (widths, batch, variant),
    ];

    public static TheoryData<KernelVariant, string, string> VariantsAndOutputs { get; } =
        [.. from row in Cases.VariantsAndOutputs where Variants.Contains(row.Data.Item1) select row.Data];

    /// <summary>The reference and the widest variant. The others run the same code with vectors of other widths.</summary>
    private static IEnumerable<KernelVariant> Variants => new[] { Kernels.Supported[0], Kernels.Supported[^1] }.Distinct();

    [Theory]
    [MemberData(nameof(NetworksBatchesAndVariants))]
    public void Networks_and_trainers_allocate_nothing(int[] widths, int batch, KernelVariant variant)
    {
        var network = new Network(widths, seed: 1, variant);
        var trainer = new Trainer(network, new Sgd(0.1f));
        float[] inputs = Cases.Uniform(1, batch * network.Inputs), outputs = new float[batch * network.Outputs];
        float[] byInputs = new float[inputs.Length], jacobian = new float[inputs.Length * network.Outputs];
        AssertAllocatesNothing(() => network.Forward(inputs, outputs));
        AssertAllocatesNothing(() => network.InputGradient(inputs, outputs, byInputs));
        AssertAllocatesNothing(() => network.Jacobian(inputs, jacobian));
        AssertAllocatesNothing(() => trainer.Step(inputs, outputs));
        AssertAllocatesNothing(() => trainer.Evaluate(inputs, outputs));
        AssertAllocatesNothing(() => trainer.Measure(inputs, outputs));
        AssertAllocatesNothing(() => trainer.TrainUntil(inputs, outputs, cost: 0f, maxSteps: 3));
        AssertAllocatesNothing(() => trainer.ComputeGradient(inputs, outputs));
        AssertAllocatesNothing(trainer.Apply);
        float[] ofSamples = [.. Enumerable.Range(0, batch).Select(s => (float)(s % 3))], ofOutputs = Cases.Uniform(2, outputs.Length);
        foreach (float[] weights in (float[][])[ofSamples, ofOutputs])
        {
            AssertAllocatesNothing(() => trainer.Step(inputs, outputs, weights));
            AssertAllocatesNothing(() => trainer.ComputeGradient(inputs, outputs, weights));
            AssertAllocatesNothing(() => trainer.Evaluate(inputs, outputs, weights));
            AssertAllocatesNothing(() => trainer.Measure(inputs, outputs, weights));
        }

        var threaded = new Trainer(network, new Sgd(0.1f), threads: 3);
        AssertAllocatesNothing(() => network.Forward(inputs, outputs, threads: 3));
        AssertAllocatesNothing(() => network.InputGradient(inputs, outputs, byInputs, threads: 3));
        AssertAllocatesNothing(() => network.Jacobian(inputs, jacobian, threads: 3));
        AssertAllocatesNothing(() => threaded.Step(inputs, outputs));
    }

    [Theory]
    [MemberData(nameof(NetworksBatchesAndVariants))]
    public void Networks_that_are_served_allocate_nothing(int[] widths, int batch, KernelVariant variant)
    {
        var network = new Network(widths, seed: 1, variant);
        var served = new ServedNetwork(network);
        float[] inputs = Cases.Uniform(1, batch * network.Inputs), outputs = new float[batch * network.Outputs];
        AssertAllocatesNothing(() => served.Forward(inputs, outputs));
        AssertAllocatesNothing(() => served.Forward(inputs, outputs, threads: 3));
        float[] byInputs = new float[inputs.Length], jacobian = new float[inputs.Length * network.Outputs];
        AssertAllocatesNothing(() => served.InputGradient(inputs, outputs, byInputs));
        AssertAllocatesNothing(() => served.Jacobian(inputs, jacobian));
        AssertAllocatesNothing(() => served.Publish(network));
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Ensembles_allocate_nothing(KernelVariant variant)
    {
        var ensemble = new NetworkEnsemble([3, 20, 2], 50, seed: 1, variant);
        var network = new Network([3, 20, 2], seed: 1);
        float[] x = new float[50 * 4 * 3], y = new float[50 * 4 * 2];
        foreach (int threads in (int[])[1, 3])
        {
            AssertAllocatesNothing(() => ensemble.Forward(x, y, threads));
            AssertAllocatesNothing(() => ensemble.ForwardShared(x.AsSpan(0, 4 * 3), y, threads));
        }

        AssertAllocatesNothing(() => ensemble.Read(17, network));
        AssertAllocatesNothing(() => ensemble.Write(49, network));
        float[] means = new float[4 * 2], deviations = new float[4 * 2];
        AssertAllocatesNothing(() => ensemble.ForwardMean(x.AsSpan(0, 4 * 3), means, deviations));
        int[] sources = [.. Enumerable.Range(0, 50).Reverse()];
        if (variant != KernelVariant.Scalar) AssertAllocatesNothing(() => ensemble.Rearrange(sources)); // one by one they need copies
        AssertAllocatesNothing(() => ensemble.Cross(1, 2, 3, seed: 4));
        AssertAllocatesNothing(() => ensemble.Perturb([1, 2], 0.1f, seed: 4));
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Steps_of_ensembles_allocate_nothing(KernelVariant variant)
    {
        foreach (int batch in (int[])[1, 4, 40])
        {
            float[] x = Cases.Uniform(1, 50 * batch * 3), y = Cases.Uniform(2, 50 * batch * 2), costs = new float[50];
            foreach (int threads in (int[])[1, 3])
            {
                var ensemble = new NetworkEnsemble([3, 20, 2], 50, seed: 1, variant);
                var trainer = new EnsembleTrainer(ensemble, new Adam() { ClipNorm = 1f }, threads: threads);
                AssertAllocatesNothing(() => trainer.Step(x, y, costs));
                AssertAllocatesNothing(() => trainer.StepShared(x.AsSpan(0, batch * 3), y.AsSpan(0, batch * 2), costs));
                AssertAllocatesNothing(() => trainer.Evaluate(x, y, costs));
            }
        }
    }

    [Theory]
    [MemberData(nameof(NetworksBatchesAndVariants))]
    public void Networks_with_standardizers_allocate_nothing(int[] widths, int batch, KernelVariant variant)
    {
        var network = new Network(widths, Activation.Tanh, Activation.Identity, seed: 1, kernels: variant);
        float[] x = Cases.Uniform(1, batch * network.Inputs), y = new float[batch * network.Outputs], byInputs = new float[x.Length];
        float[] jacobian = new float[x.Length * network.Outputs];
        network.InputStandardizer = Standardizer.Fit(x, network.Inputs);
        network.OutputStandardizer = new Standardizer(network.Outputs);
        AssertAllocatesNothing(() => network.InputStandardizer.Update(x));
        var served = new ServedNetwork(network);
        AssertAllocatesNothing(() => served.Publish(network));
        foreach (int threads in (int[])[1, 3])
        {
            var trainer = new Trainer(network, new Adam(), threads: threads);
            AssertAllocatesNothing(() => network.Forward(x, y, threads));
            AssertAllocatesNothing(() => network.InputGradient(x, y, byInputs, threads));
            AssertAllocatesNothing(() => network.Jacobian(x, jacobian, threads));
            AssertAllocatesNothing(() => trainer.Step(x, y));
            AssertAllocatesNothing(() => trainer.Evaluate(x, y));
            AssertAllocatesNothing(() => trainer.Measure(x, y));
            AssertAllocatesNothing(() => trainer.ComputeGradient(x, y));
            AssertAllocatesNothing(() => trainer.Backward(x, y, byInputs));
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndOutputs))]
    public void Activations_and_costs_allocate_nothing(KernelVariant variant, string last, string cost)
    {
        Activation f = Cases.Named(last);
        foreach ((int batch, int threads) in ((int, int)[])[(1, 1), (9, 1), (33, 3)])
        {
            var network = new Network([5, 9, 7, 3], [Activation.Gelu, Activation.Tanh, f], seed: 1, kernels: variant);
            var trainer = new Trainer(network, new Sgd(1e-3f), Cases.CostNamed(cost), threads: threads);
            float[] inputs = Cases.Uniform(1, 5 * batch), outputs = new float[3 * batch], inputGradient = new float[5 * batch];
            AssertAllocatesNothing(() => network.Forward(inputs, outputs, threads));
            AssertAllocatesNothing(() => network.InputGradient(inputs, outputs, inputGradient, threads));
            AssertAllocatesNothing(() => trainer.Step(inputs, outputs));
            AssertAllocatesNothing(() => trainer.Evaluate(inputs, outputs));
            AssertAllocatesNothing(() => trainer.ComputeGradient(inputs, outputs));
            AssertAllocatesNothing(() => trainer.Backward(inputs, outputs));
            AssertAllocatesNothing(() => trainer.Backward(inputs, outputs, inputGradient));
        }

        float[] x = new float[31], y = new float[31], slopes = new float[31], w = new float[31 * 31];
        AssertAllocatesNothing(() => Kernels.Activate(f, x, y, variant));
        AssertAllocatesNothing(() => Kernels.Forward(x, w, slopes, y, variant, f));
        if (f.IsElementwise) AssertAllocatesNothing(() => Kernels.ActivateWithSlope(f, x, y, slopes, variant));
    }

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void Optimizers_allocate_nothing(string recipe)
    {
        foreach (int batch in (int[])[1, 17, 300])
        {
            float[] inputs = Cases.Uniform(1, 5 * batch), targets = Cases.Uniform(2, 3 * batch);
            foreach (int threads in (int[])[1, 3])
            {
                var trainer = new Trainer(new Network([5, 8, 3], seed: 1), Recipes.Create(recipe), threads: threads);
                AssertAllocatesNothing(() => trainer.Step(inputs, targets));
                AssertAllocatesNothing(() => trainer.ComputeGradient(inputs, targets));
                AssertAllocatesNothing(trainer.Apply);
                AssertAllocatesNothing(trainer.OptimizerState.Reset);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Kernels_allocate_nothing(KernelVariant variant)
    {
        float[] w = new float[31 * 17], gw = new float[31 * 17], b = new float[17], gb = new float[17];
        float[] x = new float[31], inputDelta = new float[31], y = new float[17], delta = new float[17];
        AssertAllocatesNothing(() => Kernels.Sigmoid(x, x, variant));
        AssertAllocatesNothing(() => Kernels.Forward(x, w, b, y, variant));
        AssertAllocatesNothing(() => Kernels.OutputDelta(y, b, delta, variant));
        AssertAllocatesNothing(() => Kernels.BackwardUpdate(x, delta, w, b, inputDelta, 0.1f, variant));
        AssertAllocatesNothing(() => Kernels.BackwardAccumulate(x, delta, w, gw, gb, inputDelta, variant));
        AssertAllocatesNothing(() => Kernels.GradientDescent(w, gw, 1f, 0.1f, variant));
    }

    [Fact]
    public void The_measure_sees_an_allocation() =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertAllocatesNothing(() => GC.KeepAlive(new float[1])));

    private static void AssertAllocatesNothing(Action action)
    {
        for (int k = 0; k < Cases.StressOf(50); k++) action();
        Assert.Equal(0, Allocated.Fewest(() =>
        {
            for (int k = 0; k < Cases.StressOf(100); k++) action();
        }));
    }
}
