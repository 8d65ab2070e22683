namespace FastNN;

/// <summary>How the costs of the samples of a batch become one cost. Their gradients are combined in the same way.</summary>
public enum Reduction
{
    /// <summary>The sum of the costs divided by the batch size. The learning rate then keeps its meaning for every batch size.</summary>
    Mean,

    /// <summary>The sum of the costs.</summary>
    Sum,
}
