namespace FastNN.Contract;

/// <summary>The order in which a layer adds up its products. Bits depend on it.</summary>
internal static class SumOrder
{
    /// <summary>
    /// Whether a layer sums each output in four chains, over j ≡ 0, 1, 2, 3 (mod 4), and not in one. The shape decides, and nothing else: such a layer fills
    /// too few vectors to hide the latency of one chain.
    /// </summary>
    internal static bool IsNarrow(int inputs, int outputs) => inputs >= 8 && outputs <= 32;
}
