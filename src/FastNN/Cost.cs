namespace FastNN;

/// <summary>What training makes small: of the outputs a of one sample and its targets y.</summary>
public enum Cost
{
    /// <summary>
    /// The article's C = Σ_i (a_i − y_i)²; ∂C/∂a_i = 2(a_i − y_i). For any activation. The mean squared error of PyTorch and Keras is this under
    /// <see cref="Reduction.Mean"/> divided by the number of outputs as well: their learning rate r for plain gradient descent is r/n_out here.
    /// </summary>
    SquaredError,

    /// <summary>
    /// C = −Σ_i (y_i·ln a_i + (1 − y_i)·ln(1 − a_i)), of independent probabilities: for a last layer of sigmoids, with which δ_i = a_i − y_i. It is computed
    /// from the sums, as max(z, 0) − y·z + ln(1 + e^−|z|), and so finite also where a has rounded to 0 or 1.
    /// </summary>
    BinaryCrossEntropy,

    /// <summary>
    /// C = −Σ_i y_i·ln a_i, of probabilities that add up to 1, and so must the targets: for a last layer of softmax, with which δ_i = a_i − y_i. It is computed
    /// from the sums, as Σ_i y_i·(ln Σ_k e^(z_k − max z) − (z_i − max z)), and so finite also where a has rounded to 0.
    /// </summary>
    CrossEntropy,
}
