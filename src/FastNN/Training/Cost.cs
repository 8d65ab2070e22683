namespace FastNN;

/// <summary>What training makes small.</summary>
public enum Cost
{
    /// <summary>C = Σ_i (a_i − y_i)² over the outputs of one sample; ∂C/∂a_i = 2(a_i − y_i).</summary>
    SquaredError,
}
