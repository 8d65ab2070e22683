namespace FastNN;

/// <summary>How well a network does on samples: see <see cref="Trainer.Measure"/>.</summary>
/// <param name="Cost">
/// The mean cost of a sample, like <see cref="EpochReport.TrainingCost"/>: with <see cref="Reduction.Sum"/> too, where <see cref="Trainer.Evaluate"/> gives
/// the sum.
/// </param>
/// <param name="Accuracy">
/// The share, 0 to 1, of samples that are right: the largest output, the first of equals, is where the largest target is. A sample with a NaN among its
/// outputs or targets is never right. With one output, or under <see cref="FastNN.Cost.BinaryCrossEntropy"/>, where each output is a label by itself, the
/// share of labels that are right: output and target lie on the same side of 0.5, which itself counts as above, and neither is NaN.
/// </param>
/// <param name="R2">
/// 1 − Σ(y − a)² / Σ(y − ȳ)² for each output, over the samples, and of these the mean over the outputs, as scikit-learn's <c>r2_score</c>. An output
/// whose target is the same in all samples, as in a single one, counts 1 if it is exact in all, and otherwise 0.
/// </param>
public readonly record struct Metrics(float Cost, double Accuracy, double R2);
