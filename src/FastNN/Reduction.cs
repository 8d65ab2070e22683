namespace FastNN;

/// <summary>How the costs of a batch's samples become one, and their gradients with them.</summary>
public enum Reduction
{
    /// <summary>Their sum divided by the batch size: the learning rate then means the same at every batch size.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
