using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Learning;

/// <summary>The initialisers of the library on every data set, at equal settings: Adam as it is, batches of 32.</summary>
internal static class InitialiserTable
{
    private const int Seeds = 10, Width = 50, Mixed = 4;

    private static readonly Initializer[] s_initializers = [Initializer.He, Initializer.Glorot, Initializer.LeCun, Initializer.PyTorch];

    private static readonly Setting[] s_settings =
    [
        new(1, Activation.Relu, 50), new(1, Activation.Relu, 200), new(1, Activation.Tanh, 50), new(1, Activation.Tanh, 200),
        new(3, Activation.Relu, 50), new(3, Activation.Tanh, 50), new(10, Activation.Relu, 50),
    ];

    internal static void Show()
    {
        Table table = Screen.Table(
            $"What networks get right of the samples held out, by initialiser: means of {Seeds} seeds, R² or the share of the classes",
            "data", ["hidden layers", "epochs", .. s_initializers.Select(initializer => initializer.Name), "He or Glorot"]);
        double[] behind = new double[Mixed + 1];
        Screen.Progress("Initialisers", DataSets.All.Count * s_settings.Length, done =>
        {
            foreach ((string name, Func<int, DataSet> data) in DataSets.All)
            {
                foreach (Setting setting in s_settings)
                {
                    double[] means = [.. Enumerable.Range(0, Mixed + 1).Select(k => Mean(data, setting, k))];
                    if (setting.Layers < 10)
                        for (int k = 0; k <= Mixed; k++) behind[k] = Math.Max(behind[k], means.Max() - means[k]);
                    table.AddRow(
                        [name, $"{setting.Layers} × {Width} {setting.Hidden}", $"{setting.Epochs}", .. means.Select(mean => $"{mean:F3}")]);
                    done();
                }
            }
        });
        table.AddRow(["furthest behind the best", "1 or 3", "all", .. behind.Select(difference => $"{difference:F3}")]);
        AnsiConsole.Write(table.Caption("He or Glorot: He before ReLU, Glorot before all others."));
    }

    private static double Mean(Func<int, DataSet> data, Setting setting, int which) => Enumerable.Range(0, Seeds).Average(seed =>
    {
        (DataSet training, DataSet heldOut) = data(seed).Split(seed);
        Network network = Create(training, setting, seed, s_initializers[which % Mixed]);
        if (which == Mixed)
        {
            Network glorot = Create(training, setting, seed, Initializer.Glorot);
            foreach ((Layer to, Layer from) in network.Layers.Zip(glorot.Layers))
                if (to.Activation != Activation.Relu) from.Weights.CopyTo(to.Weights);
        }

        var options = new FitOptions { Epochs = setting.Epochs, Seed = seed };
        return Pupil.Teach(network, new Adam(), options, training, heldOut);
    });

    private static Network Create(DataSet training, Setting setting, int seed, Initializer initializer) =>
        Pupil.Create(training, [.. Enumerable.Repeat(Width, setting.Layers)], setting.Hidden, seed, initializer);

    private sealed record Setting(int Layers, Activation Hidden, int Epochs);
}
