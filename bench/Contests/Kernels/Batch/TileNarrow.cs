using FastNN.Bench.Contests;

namespace FastNN.Bench.Batch;

/// <summary>The sums of a narrow layer on tiles: four chains for each output.</summary>
public class TileNarrow : TileGemm
{
    public override IEnumerable<Size> Sizes => [Layer(8, 16), Layer(64, 10), Layer(256, 32)];

    internal override IEnumerable<Size> RaggedSizes => [Layer(9, 1), Layer(17, 3), Layer(31, 15), Layer(400, 31)];
}
