namespace FastNN.Tests.Model;

/// <summary>The three numbers of Measure.</summary>
internal static class Measures
{
    internal static (float Cost, double Accuracy, double R2) Of(ModelTrainer trainer, float[] inputs, float[] targets)
    {
        (ModelNetwork.Activity Activity, float[] Y)[] samples =
            [.. trainer.Samples(inputs, targets).Select(sample => (trainer.Network.Run(sample.X), sample.Y))];
        double K = 0;
        foreach ((ModelNetwork.Activity activity, float[] y) in samples) K += trainer.CostOf(activity, y).C;
        (float[] A, float[] Y)[] rows = [.. samples.Select(sample => (trainer.Network.InUserUnits(sample.Activity.Outputs), sample.Y))];
        bool labels = trainer.Network.Outputs == 1 || !Costs.IsOfOutputs(trainer.Cost) && Costs.LastOf(trainer.Cost) == Function.Sigmoid;
        return ((float)(K / rows.Length), labels ? AccuracyOfLabels(rows) : AccuracyOfClasses(rows), R2(rows));
    }

    private static double AccuracyOfLabels((float[] A, float[] Y)[] rows)
    {
        int right = rows.Sum(row => row.A.Zip(row.Y).Count(pair => IsRight(pair.First, pair.Second)));
        return (double)right / ((long)rows.Length * rows[0].A.Length);

        static bool IsRight(float a, float y) => !float.IsNaN(a) && !float.IsNaN(y) && (a >= 0.5f) == (y >= 0.5f);
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
