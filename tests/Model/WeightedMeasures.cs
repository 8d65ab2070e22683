namespace FastNN.Tests.Model;

/// <summary>The three numbers of Measure with weights.</summary>
internal static class WeightedMeasures
{
    internal static (float Cost, double? Accuracy, double R2) Of(ModelTrainer trainer, float[] inputs, float[] targets, float[] weights)
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
        double? accuracy = trainer.Cost switch
        {
            CostFunction.CrossEntropy or CostFunction.CrossEntropyWithSmoothing => OfClasses(rows, ofSamples),
            CostFunction.BinaryCrossEntropy or CostFunction.BinaryCrossEntropyWithSmoothing => OfLabels(rows, 0.5f),
            _ => ByTargets(rows, ofSamples, trainer.Network.Layers[^1].F),
        };
        return (mean.Evaluate(inputs, targets, weights), accuracy, R2(rows, outputs));
    }

    /// <summary>The targets with a weight above 0 say what labels they are, if any.</summary>
    private static double? ByTargets(Row[] rows, bool ofSamples, Function last)
    {
        float[][] targets = [.. rows.Select(row => row.Y.Where((_, i) => row.W[i] > 0).ToArray()).Where(row => row.Length > 0)];
        bool zeroOrOne = targets.All(row => row.All(y => y is 0 or 1)), minusOrPlusOne = targets.All(row => row.All(y => y is -1 or 1));
        if (!zeroOrOne && !minusOrPlusOne) return null;
        if (rows[0].Y.Length > 1 && targets.All(row => row.Count(y => y == 1) == 1)) return OfClasses(rows, ofSamples);
        bool symmetric = last is Function.Tanh or Function.Softsign or Function.Clip; // of −1 and 1
        return OfLabels(rows, !minusOrPlusOne || (zeroOrOne && !symmetric) ? 0.5f : 0);
    }

    private static double OfLabels(Row[] rows, float t)
    {
        double right = 0, all = 0;
        foreach ((float[] a, float[] y, float[] w) in rows)
        {
            for (int i = 0; i < a.Length; i++)
            {
                all += w[i];
                if (!float.IsNaN(a[i]) && !float.IsNaN(y[i]) && (a[i] >= t) == (y[i] >= t)) right += w[i];
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
