using FastNN.Bench.Results;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastNN.Bench.Pictures;

/// <summary>The deep ensemble of docs/ensembles.md: it is sure where it has seen samples, and unsure beyond them.</summary>
internal static class UncertaintyPicture
{
    internal const string Curve = "sin 3x", Samples = "samples", Mean = "mean of the members", Band = "± 2 standard deviations";
    private const int Height = 300, Members = 32, Points = 241;
    private const float From = -4f, To = 4f, Lowest = -2f, Highest = 2f;

    /// <summary>It is the same on every machine, and lies beside each report of ensembles.</summary>
    internal static Picture Create(Report report)
    {
        (float[] x, float[] y) = Observe(samples: 200);
        float[] asked = [.. Enumerable.Range(0, Points).Select(k => From + (To - From) * k / (Points - 1))];
        (float[] means, float[] deviations) = Learn(x, y, asked);
        return new Picture(
            "uncertainty", "How sure is an ensemble? It is sure where it has seen samples, and nowhere else",
            $"samples from −2 to 2 · mean and deviation of {Members} networks that differ only in their seeds", report,
            [new(Curve), new(Samples), new(Mean), new(Band)],
            theme => [new Panel(Plot(theme, x, y, asked, means, deviations), new(0, Picture.Width, Height, 0))])
        {
            Origin = "1-16-16-1, tanh · Adam, 200 epochs in batches of 20 · the code of src/docs/ensembles.md",
        };
    }

    /// <summary>sin 3x with noise, in random order.</summary>
    private static (float[] X, float[] Y) Observe(int samples)
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, samples).Select(_ => random.NextSingle() * 4f - 2f)];
        return (x, [.. x.Select(xi => MathF.Sin(3f * xi) + 0.05f * (random.NextSingle() - 0.5f))]);
    }

    private static (float[] Means, float[] Deviations) Learn(float[] x, float[] y, float[] asked)
    {
        var networks = new NetworkEnsemble([1, 16, 16, 1], Activation.Tanh, Activation.Identity, Members, seed: 1);
        var trainer = new EnsembleTrainer(networks, new Adam(0.01f));
        trainer.FitShared(x, y, new FitOptions { Epochs = 200, BatchSize = 20 });
        float[] means = new float[asked.Length], deviations = new float[asked.Length];
        networks.ForwardMean(asked, means, deviations);
        return (means, deviations);
    }

    private static Plot Plot(Theme theme, float[] x, float[] y, float[] asked, float[] means, float[] deviations)
    {
        Plot plot = Panel.Create(theme, "", new PixelPadding(40, 14, 46, 12));
        double[] xs = [.. asked.Select(value => (double)value)];
        Contender band = new(Band);
        var fill = plot.Add.FillY(
            xs, [.. Enumerable.Range(0, Points).Select(k => Clamp(means[k] - 2 * deviations[k]))],
            [.. Enumerable.Range(0, Points).Select(k => Clamp(means[k] + 2 * deviations[k]))]);
        fill.FillColor = band.Color(theme).WithAlpha(0.35);
        fill.LineWidth = 0;
        Panel.AddLine(plot, theme, new(Curve), xs.Select(value => (value, Math.Sin(3 * value))), 0);
        Panel.AddLine(plot, theme, new(Mean), xs.Zip(means, (value, mean) => (value, Clamp(mean))), 0);
        var points = plot.Add.ScatterPoints(x.Select((value, s) => new Coordinates(value, y[s])).ToArray());
        points.MarkerStyle = new Contender(Samples).Marker(theme, 4);
        double[] ticks = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
        plot.Axes.Bottom.TickGenerator = new NumericManual(ticks, [.. ticks.Select(Text)]);
        plot.Axes.Left.TickGenerator = new NumericManual([.. ticks[2..7]], [.. ticks[2..7].Select(Text)]);
        plot.Axes.Bottom.Label.Text = "x";
        plot.Axes.SetLimits(From, To, Lowest, Highest);
        return plot;
    }

    /// <summary>Within the panel, because the SVG does not clip.</summary>
    private static double Clamp(float value) => Math.Clamp(value, Lowest, Highest);

    private static string Text(double value) => value < 0 ? $"−{-value}" : $"{value}";
}
