using System.Runtime.CompilerServices;

namespace FastNN.Bench.Compare;

/// <summary>
/// Calls whatever has a kernel, in every variant, so that the JIT compiles it: networks narrow, ragged and wide, all activations, costs and
/// optimizers, batches of less and of more than a tile. Nothing is checked; the same calls in the same order for every build. On one
/// thread, for what two of them compile at once lies mixed up in the listing.
/// </summary>
internal sealed class Exercise(Build build, string variant)
{
    private static readonly int[] s_batches = [1, 3, 5, 17, 64, 200];
    private static readonly string[] s_activations =
        ["Identity", "Sigmoid", "Tanh", "Relu", "LeakyRelu", "Silu", "Gelu", "Softplus", "Softmax"];

    private static readonly string[] s_costs = ["SquaredError", "BinaryCrossEntropy", "CrossEntropy"];

    private static readonly (string Name, (string, float)[] Settings)[] s_optimizers =
    [
        ("Sgd", []), ("Sgd", [("WeightDecay", 0.01f)]), ("Momentum", []), ("Nesterov", []), ("RmsProp", []), ("Adam", []), ("AdamW", []),
        ("Adam", [("ClipNorm", 0.1f), ("ClipValue", 1f)]),
    ];

    private static readonly int[][] s_small = [[1, 1], [2, 4, 3, 2], [3, 9, 4], [8, 16, 16, 1], [17, 33, 9, 5]];

    /// <summary>Two of these with more than 1 MiB of weights, and with 512 and 1024 columns.</summary>
    private static readonly int[][] s_large =
        [[32, 64, 64, 64, 16], [100, 129, 7], [784, 128, 10], [600, 512, 24], [300, 1024, 40], [515, 515, 3]];

    /// <summary>Rows and columns of every remainder and number of vectors, since each has code of its own.</summary>
    private static readonly int[] s_varied = [5, 16, 22, 28, 32, 47, 57, 64, 80, 85, 95, 112, 126, 8, 12, 20, 24, 13];

    internal static void Run(Build build)
    {
        // What has been initialised is compiled without a check for it. So all is, first: else the code would depend on the order of calls.
        foreach (Type type in build.Assembly.GetTypes().Where(type => !type.ContainsGenericParameters))
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);

        foreach (string variant in build.Variants)
        {
            var exercise = new Exercise(build, variant);
            exercise.Small();
            exercise.Varied();
            exercise.Large();
            new KernelCalls(build, variant).Run();
        }
    }

    private void Small()
    {
        foreach (int[] widths in s_small)
        {
            foreach (string output in s_activations)
            {
                string hidden = output == "Softmax" ? "Relu" : output;
                (string, (string, float)[])[] optimizers = widths[0] is 2 or 17 ? s_optimizers : [s_optimizers[0], s_optimizers[^1]];
                foreach (string cost in s_costs) Train(widths, hidden, output, cost, optimizers, s_batches);
            }
        }
    }

    private void Varied()
    {
        foreach (string output in s_activations)
        {
            string hidden = output == "Softmax" ? "Relu" : output, cost = output == "Softmax" ? "CrossEntropy" : "SquaredError";
            Train(s_varied, hidden, output, cost, [s_optimizers[0]], s_batches);
        }
    }

    private void Large()
    {
        int[] batches = variant == "Scalar" ? [1, 3, 17] : s_batches; // its kernels have no tiles, and take their time
        foreach (int[] widths in s_large)
        {
            foreach ((string hidden, string output, string cost) in
                ((string, string, string)[])
                [("Sigmoid", "Sigmoid", "SquaredError"), ("Gelu", "Sigmoid", "BinaryCrossEntropy"), ("Relu", "Softmax", "CrossEntropy")])
            {
                Train(widths, hidden, output, cost, [s_optimizers[0], s_optimizers[^1]], batches);
            }
        }
    }

    private void Train(
        int[] widths, string hidden, string output, string cost, (string Name, (string, float)[] Settings)[] optimizers, int[] batches)
    {
        foreach ((string name, (string, float)[] settings) in optimizers)
        {
            object network = build.CreateNetwork(widths, hidden, output, variant);
            object trainer;
            try
            {
                trainer = build.CreateTrainer(network, build.CreateOptimizer(name, 1e-3f, settings), cost);
            }
            catch (ArgumentException)
            {
                return; // that cost does not suit that output
            }

            Forward(network, widths, batches);
            Steps(trainer, widths, batches);
        }
    }

    private static void Forward(object network, int[] widths, int[] batches)
    {
        var forward = Build.Method<Action<float[], float[]>>(network, "Forward");
        foreach (int batch in batches) forward(Data.Inputs(batch * widths[0]), new float[batch * widths[^1]]);
    }

    private void Steps(object trainer, int[] widths, int[] batches)
    {
        var step = Build.Method<Func<float[], float[], float>>(trainer, "Step");
        var evaluate = Build.Method<Func<float[], float[], float>>(trainer, "Evaluate");
        var compute = Build.Method<Func<float[], float[], float>>(trainer, "ComputeGradient");
        var measure = Build.Method<Action<float[], float[]>>(trainer, "Measure");
        var backward = Build.Method<Action<float[], float[], float[]>>(trainer, "Backward");
        var apply = Build.Method<Action>(trainer, "Apply");
        foreach (int batch in batches)
        {
            float[] inputs = Data.Inputs(batch * widths[0]), targets = Data.Targets(batch, widths[^1]);
            step(inputs, targets);
            evaluate(inputs, targets);
            measure(inputs, targets);
            compute(inputs, targets);
            apply();
            backward(inputs, targets, []);
            backward(inputs, targets, new float[inputs.Length]);
        }

        Fit(trainer, widths);
    }

    private void Fit(object trainer, int[] widths)
    {
        object options = Activator.CreateInstance(build.TypeOf("FitOptions"))!;
        (string, object)[] settings = [("Epochs", 2), ("BatchSize", 7), ("ValidationSplit", 0.25f)];
        foreach ((string property, object value) in settings)
            options.GetType().GetProperty(property)!.SetValue(options, value);
        Build.Method<Action<float[], float[]>>(trainer, "Fit", ("options", options))(
            Data.Inputs(24 * widths[0]), Data.Targets(24, widths[^1]));
    }
}
