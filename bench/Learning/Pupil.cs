namespace FastNN.Bench.Learning;

/// <summary>A network with standardizers, and its training on one part of a data set.</summary>
internal static class Pupil
{
    /// <summary>Softmax at the end for classes, the identity for numbers.</summary>
    internal static Network Create(DataSet training, int[] hidden, Activation activation, int seed, Initializer? initializer)
    {
        Activation last = training.HasClasses ? Activation.Softmax : Activation.Identity;
        return new([training.Inputs, .. hidden, training.Outputs], activation, last, seed, initializer)
        {
            InputStandardizer = Standardizer.Fit(training.X, training.Inputs),
            OutputStandardizer = training.HasClasses ? null : Standardizer.Fit(training.Y, training.Outputs),
        };
    }

    /// <summary>What it gets right of the samples held out: the share of the classes, or R².</summary>
    internal static double Teach(Network network, Optimizer optimizer, FitOptions options, DataSet training, DataSet heldOut)
    {
        var trainer = new Trainer(network, optimizer, training.HasClasses ? Cost.CrossEntropy : Cost.SquaredError);
        trainer.Fit(training.X, training.Y, options);
        Metrics metrics = trainer.Measure(heldOut.X, heldOut.Y);
        return training.HasClasses ? metrics.Accuracy!.Value : metrics.R2;
    }
}
