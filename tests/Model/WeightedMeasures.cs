namespace FastNN.Tests.Model;

/// <summary>The three numbers of Measure with weights.</summary>
internal static class WeightedMeasures
{
    internal static (float Cost, double Accuracy, double R2) Of(ModelTrainer trainer, float[] inputs, float[] targets, float[] weights)
    {
        int outputs = trainer.Network.Outputs;
        (float[] X, float[] Y)[] samples = [.. trainer.Samples(inputs, targets)];
        bool ofSamples = weights.Length == samples.Length;
        Row[] rows =
        [
            .. samples.Select((sample, s) => new Row(
                trainer.Network.InUserUnits(trainer.Network.Run(sample.X).Outputs), sample.Y,
                ofSamples ? [.. Enumerable.Repeat(weights[s], outputs)] : weights[(s * outputs)..((s + 1) * outputs)])),
        ];
        var mean = new ModelTrainer(trainer.Network, new SgdRule(new RuleOptions(1)), trainer.Cost, mean: true);
        bool labels = outputs == 1 || trainer.Cost == CostFunction.BinaryCrossEntropy;
        return (mean.Evaluate(inputs, targets, weights), labels ? OfLabels(rows) : OfClasses(rows, ofSamples), R2(rows, outputs));
    }

    private static double OfLabels(Row[] rows)
    {
        double right = 0, all = 0;
        foreach ((float[] a, float[] y, float[] w) in rows)
        {
            for (int i = 0; i < a.Length; i++)
            {
                all += w[i];
                if (!float.IsNaN(a[i]) && !float.IsNaN(y[i]) && (a[i] >= 0.5f) == (y[i] >= 0.5f)) right += w[i];
            }
        }

        return right / all;
    }

    private static double OfClasses(Row[] rows, bool ofSamples)
    {
        double right = 0, all = 0;
        foreach ((float[] a, float[] y, float[] w) in rows)
        {
            int[] candidates = [.. Enumerable.Range(0, a.Length).Where(i => w[i] > 0)];
            if (candidates.Length == 0) continue;
            double weight = ofSamples ? w[0] : 1;
            all += weight;
            if (!candidates.Any(i => float.IsNaN(a[i]) || float.IsNaN(y[i])) && Largest(a) == Largest(y)) right += weight;

            int Largest(float[] values) => candidates.First(i => candidates.All(k => values[i] >= values[k]));
        }

        return right / all;
    }

    private static double R2(Row[] rows, int outputs)
    {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < outputs; i++)
        {
            Row[] counting = [.. rows.Where(row => row.W[i] > 0)];
            if (counting.Length == 0) continue;
            sum += OfOutput(counting, i);
            count++;
        }

        return sum / count;
    }

    private static double OfOutput(Row[] rows, int i)
    {
        double W = 0, sum = 0, A = 0, B = 0;
        foreach ((_, float[] y, float[] w) in rows)
        {
            W += w[i];
            sum += (double)w[i] * y[i];
        }

        double M = rows.All(row => row.Y[i] == rows[0].Y[i]) ? rows[0].Y[i] : sum / W;
        foreach ((float[] a, float[] y, float[] w) in rows)
        {
            A += w[i] * (((double)y[i] - a[i]) * ((double)y[i] - a[i]));
            B += w[i] * ((y[i] - M) * (y[i] - M));
        }

        return A == 0 ? 1 : B == 0 ? 0 : 1 - A / B;
    }

    private sealed record Row(float[] A, float[] Y, float[] W);
}
