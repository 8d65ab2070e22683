using static System.FormattableString;

namespace FastNN;

/// <summary>The quality of a network on samples: see <see cref="Trainer.Measure"/>.</summary>
/// <param name="Cost">
/// The mean cost of a sample, like <see cref="EpochReport.TrainingCost"/>. It is a mean with <see cref="Reduction.Sum"/> too, where
/// <see cref="Trainer.Evaluate"/> gives the sum.
/// </param>
/// <param name="Accuracy">
/// <para>The share of labels that are right, from 0 to 1; null if the targets are no labels, as in a regression.</para>
/// <para>
/// A sample has one label under <see cref="FastNN.Cost.CrossEntropy"/>: the place of its largest target. It is right if its largest output
/// is there. Of equal outputs or targets the first one counts. A sample with a NaN among its outputs or targets is never right. Under
/// <see cref="FastNN.Cost.BinaryCrossEntropy"/> each output is a label by itself. It is right if output and target are on the same side of
/// a threshold, 0.5, and neither is NaN. The threshold itself counts as above.
/// </para>
/// <para>
/// Under other costs the targets decide. They are labels if all of them are 0 or 1, or if all of them are −1 or 1. If there are several
/// outputs and each sample has exactly one 1, a sample has one label, the place of the 1. Otherwise each output is a label by itself. The
/// threshold is 0.5 between 0 and 1, and 0 between −1 and 1. If all targets are 1, it is 0 if the last activation reaches from −1 to 1, as
/// tanh does, and else 0.5. Outputs and targets are compared in your units, also with a <see cref="Network.OutputStandardizer"/>.
/// </para>
/// </param>
/// <param name="R2">
/// R² as in scikit-learn's <c>r2_score</c>: 1 − Σ(y − a)² / Σ(y − ȳ)² over the samples for each output, and then the mean over the outputs.
/// If the targets of an output are the same in all samples, for example in a single sample, it counts as 1 if the output is exact in all
/// samples, and as 0 otherwise.
/// </param>
public readonly record struct Metrics(float Cost, double? Accuracy, double R2)
{
    /// <summary>The metrics as a text, in the invariant culture.</summary>
    /// <returns>For example: cost 0.015, accuracy 0.98, R² 0.95</returns>
    public override string ToString()
    {
        string accuracy = Accuracy is { } share ? Invariant($", accuracy {share:G4}") : "";
        return Invariant($"cost {Cost:G4}{accuracy}, R² {R2:G4}");
    }
}
