namespace FastNN.Tests.Model;

/// <summary>The three numbers of Measure.</summary>
internal static class Measures
{
    internal static (float Cost, double? Accuracy, double R2) Of(ModelTrainer trainer, float[] inputs, float[] targets)
    {
        (ModelNetwork.Activity Activity, float[] Y)[] samples =
            [.. trainer.Samples(inputs, targets).Select(sample => (trainer.Network.Run(sample.X), sample.Y))];
        double K = 0;
        foreach ((ModelNetwork.Activity activity, float[] y) in samples) K += trainer.CostOf(activity, y).C;
        (float[] A, float[] Y)[] rows = [.. samples.Select(sample => (trainer.Network.InUserUnits(sample.Activity.Outputs), sample.Y))];
        double? accuracy = trainer.Cost switch
        {
            CostFunction.CrossEntropy or CostFunction.CrossEntropyWithSmoothing => AccuracyOfClasses(rows),
            CostFunction.BinaryCrossEntropy or CostFunction.BinaryCrossEntropyWithSmoothing => AccuracyOfLabels(rows, 0.5f),
            _ => AccuracyByTargets(rows, trainer.Network.Layers[^1].F),
        };
        return ((float)(K / rows.Length), accuracy, R2(rows));
    }

    /// <summary>The targets say what labels they are, if any.</summary>
    private static double? AccuracyByTargets((float[] A, float[] Y)[] rows, Function last)
    {
        float[] targets = [.. rows.SelectMany(row => row.Y)];
        bool zeroOrOne = targets.All(y => y is 0 or 1), minusOrPlusOne = targets.All(y => y is -1 or 1);
        if (!zeroOrOne && !minusOrPlusOne) return null;
        if (rows[0].Y.Length > 1 && rows.All(row => row.Y.Count(y => y == 1) == 1)) return AccuracyOfClasses(rows);
        bool symmetric = last is Function.Tanh or Function.Softsign or Function.Clip; // of −1 and 1
        return AccuracyOfLabels(rows, !minusOrPlusOne || (zeroOrOne && !symmetric) ? 0.5f : 0);
    }

    private static double AccuracyOfLabels((float[] A, float[] Y)[] rows, float t)
    {
        int right = rows.Sum(row => row.A.Zip(row.Y).Count(pair => IsRight(pair.First, pair.Second)));
        return (double)right / ((long)rows.Length * rows[0].A.Length);

        bool IsRight(float a, float y) => !float.IsNaN(a) && !float.IsNaN(y) && (a >= t) == (y >= t);
    }

    private static double AccuracyOfClasses((float[] A, float[] Y)[] rows)
    {
        int right = rows.Count(row => !row.A.Concat(row.Y).Any(float.IsNaN) && Largest(row.A) == Largest(row.Y));
        return (double)right / rows.Length;

        static int Largest(float[] values)
        {
            int best = 0;
            for (int i = 1; i < values.Length; i++) best = values[i] > values[best] ? i : best;
            return best;
        }
    }

    private static double R2((float[] A, float[] Y)[] rows)
    {
        double sum = 0;
        int outputs = rows[0].A.Length;
        for (int i = 0; i < outputs; i++) sum += R2(rows, i);
        return sum / outputs;
    }

    private static double R2((float[] A, float[] Y)[] rows, int i)
    {
        double sum = 0, A = 0, B = 0;
        foreach ((_, float[] y) in rows) sum += y[i];
        double M = sum / rows.Length;
        foreach ((float[] a, float[] y) in rows)
        {
            A += ((double)y[i] - a[i]) * ((double)y[i] - a[i]);
            B += (y[i] - M) * (y[i] - M);
        }

        return A == 0 ? 1 : B == 0 ? 0 : 1 - A / B;
    }
}
