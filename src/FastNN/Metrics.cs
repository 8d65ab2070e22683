namespace FastNN;

/// <summary>The quality of a network on samples: see <see cref="Trainer.Measure"/>.</summary>
/// <param name="Cost">
/// The mean cost of a sample, like <see cref="EpochReport.TrainingCost"/>. It is a mean with <see cref="Reduction.Sum"/> too, where
/// <see cref="Trainer.Evaluate"/> gives the sum.
/// </param>
/// <param name="Accuracy">
/// The share of samples that are right, from 0 to 1. A sample is right if its largest output is at the place of its largest target. Of
/// equal outputs or targets the first one counts. A sample with a NaN among its outputs or targets is never right. With one output, or with
/// <see cref="FastNN.Cost.BinaryCrossEntropy"/>, each output is a label by itself, and this is the share of labels that are right. A label
/// is right if output and target are on the same side of 0.5, and neither is NaN. 0.5 itself counts as above.
/// </param>
/// <param name="R2">
/// R² as in scikit-learn's <c>r2_score</c>: 1 − Σ(y − a)² / Σ(y − ȳ)² over the samples for each output, and then the mean over the outputs.
/// If the targets of an output are the same in all samples, for example in a single sample, it counts as 1 if the output is exact in all
/// samples, and as 0 otherwise.
/// </param>
public readonly record struct Metrics(float Cost, double Accuracy, double R2);
