using FastNN.Contract;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Batch;

/// <summary>
/// The delta of the layer before, on tiles, in the order of one sample. Each sample has the bits that it has alone. No memory but the tiles
/// is touched.
/// </summary>
public unsafe class TileBackwardDeltaTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Each_sample_has_the_bits_that_it_has_alone(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        int[] lanes = [.. Enumerable.Range(1, kernels.Tile).Select(kernels.LanesFor).Distinct()];
        int shapes = 0;
        (int, int)[] large = [(129, 70), (70, 141), (5, 1024), (1000, 33)];
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes).Concat(large))
        {
            int width = lanes[shapes++ % lanes.Length];
            int tiles = width == kernels.Tile ? 1 + shapes % 3 : 1;
            Compare(kernels, supply, inputs, outputs, width, tiles);
        }
    }

    private static void Compare(KernelSet kernels, Supply supply, int inputs, int outputs, int lanes, int tiles)
    {
        int widest = Math.Max(inputs, outputs);
        var group = new TileGroup(tiles, inputs * lanes, widest * lanes);
        Guarded w = supply.Next(inputs * outputs), kept = supply.Next(tiles * inputs * lanes);
        int before = (tiles - 1) * widest; // rows of the tiles before the last
        Guarded delta = supply.Next((before + outputs) * lanes), actual = supply.Target((before + inputs) * lanes);
        kernels.Of(Activation.Sigmoid).TileBackwardDelta(
            w.Pointer, delta.Pointer, outputs, kept.Pointer, inputs, actual.Pointer, lanes, group);
        float[] a = new float[inputs], d = new float[outputs], expected = new float[inputs];
        for (int s = 0; s < tiles * lanes; s++)
        {
            int tile = s / lanes, lane = s % lanes;
            for (int j = 0; j < inputs; j++) a[j] = kept.Span[(tile * inputs + j) * lanes + lane];
            for (int i = 0; i < outputs; i++) d[i] = delta.Span[(tile * widest + i) * lanes + lane];
            fixed (float* aj = a, di = d, to = expected)
                Cases.Reference.Of(Activation.Sigmoid).BackwardDelta(w.Pointer, aj, null, inputs, di, outputs, to);
            float[] sample = [.. Enumerable.Range(0, inputs).Select(j => actual.Span[(tile * widest + j) * lanes + lane])];
            Cases.AssertSameBits(expected, sample, $"{inputs} × {outputs}, lane {lane} of {lanes} in tile {tile} of {tiles}");
        }

        Guarded.AssertUntouched(w, kept, delta);
        Guarded.AssertGuards(actual);
    }
}
