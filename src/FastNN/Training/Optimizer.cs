namespace FastNN;

/// <summary>How a <see cref="Trainer"/> turns the gradient into new parameters.</summary>
public abstract class Optimizer
{
    private float _learningRate;

    private protected Optimizer(float learningRate) => LearningRate = learningRate;

    /// <summary>
    /// The factor of the gradient in a step: finite and greater than 0. It may be changed between steps.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite and greater than 0.</exception>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = Guard.LearningRate(value);
    }
}
