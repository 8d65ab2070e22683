namespace FastNN;

/// <summary>The function a layer applies to its weighted sums.</summary>
public enum Activation
{
    /// <summary>σ(z) = 1/(1 + e⁻ᶻ), between 0 and 1; its derivative is a(1 − a) where a = σ(z). At most 2.5 units in the last place off.</summary>
    Sigmoid,
}
