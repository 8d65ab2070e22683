namespace FastNN;

/// <summary>Gradient descent: w ← w − learningRate·∂C/∂w.</summary>
/// <param name="learningRate">Finite and greater than 0. An article that writes w ← w + r·∂C/∂w with r &lt; 0 means learningRate = −r.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="learningRate"/> is not finite and greater than 0.</exception>
public sealed class Sgd(float learningRate) : Optimizer(learningRate);
