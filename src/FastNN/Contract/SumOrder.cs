namespace FastNN.Contract;

/// <summary>
/// The promised order of a layer's sums z_i = b_i + Σ_j w_ij·a_j. The shape of the layer alone decides. Batch size, variant and threads never do.
/// </summary>
internal static class SumOrder
{
    /// <summary>
    /// Whether a layer is narrow: it fills too few vectors to hide the latency of one chain. Then z_i runs in four chains: chain c_m takes
    /// fma(w_ij, a_j, c_m) over j ≡ m (mod 4) in ascending j. c₀ starts from b_i, the others from 0, and z_i = (c₀ + c₂) + (c₁ + c₃). In any other layer
    /// z_i is one chain over ascending j that starts from b_i.
    /// </summary>
    internal static bool IsNarrow(int inputs, int outputs) => inputs >= 8 && outputs <= 32;
}
