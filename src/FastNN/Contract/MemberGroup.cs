namespace FastNN.Contract;

/// <summary>
/// Some blocks of sixteen networks that go through the layers together, with some samples each. The numbers of a neuron are a row: block
/// after block, sample after sample, [blocks][samples][16].
/// </summary>
/// <param name="Blocks">At least 1.</param>
/// <param name="Samples">Samples of each network, at least 1.</param>
/// <param name="BlockStep">Floats from the parameters of a block to those of the next.</param>
internal readonly record struct MemberGroup(int Blocks, int Samples, nint BlockStep)
{
    /// <summary>Floats of a row that belong to a block.</summary>
    internal int Part => Samples * MemberBlocks.Members;

    /// <summary>Floats of a row.</summary>
    internal int Row => Blocks * Part;

    /// <summary>Where a place of a row has its first parameter.</summary>
    internal nint PlaceOf(int place) => place / Part * BlockStep + place % MemberBlocks.Members;
}
