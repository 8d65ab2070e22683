namespace FastNN.Contract;

/// <summary>
/// The promised order of a layer's sums z_i = b_i + Σ_j w_ij·a_j. Only the shape of the layer decides it. Batch size, variant and threads
/// never do.
/// </summary>
internal static class SumOrder
{
    /// <summary>
    /// Whether a layer is narrow. A narrow layer fills too few vectors to hide the latency of one chain. Then z_i has four chains. Chain
    /// c_m computes fma(w_ij, a_j, c_m) for all j ≡ m (mod 4) in ascending order of j. c₀ starts from b_i, the others start from 0. Then
    /// z_i = (c₀ + c₂) + (c₁ + c₃). In any other layer z_i is one chain in ascending order of j. It starts from b_i.
    /// </summary>
    internal static bool IsNarrow(int inputs, int outputs) => inputs >= 8 && outputs <= 32;
}
