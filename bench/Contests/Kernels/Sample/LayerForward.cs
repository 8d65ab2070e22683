using FastNN.Bench.Contests;

namespace FastNN.Bench.Sample;

/// <summary>
/// One layer n → n, one sample, for the picture of throughput against width: powers of two and ragged widths between.
/// </summary>
public class LayerForward : Forward
{
    public override IEnumerable<Size> Sizes => s_widths.Select(n => new Size(n, n));

    private static readonly int[] s_widths =
        [2, 3, 4, 5, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 363, 512, 725, 1024, 1449, 2048, 2897, 4096];

    internal override string Name => "Layer forward";

    internal override IEnumerable<Size> RaggedSizes => [];
}
