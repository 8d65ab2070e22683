namespace FastNN.Tests.Graphs;

/// <summary>The numbers of TensorProto.DataType.</summary>
internal static class TensorTypes
{
    internal const int
        Float = 1, Byte = 2, SignedByte = 3, Unsigned16 = 4, Integer16 = 5, Integer32 = 6, Integer64 = 7, Boolean = 9, Half = 10,
        Double = 11, Unsigned32 = 12, Unsigned64 = 13, BrainFloat = 16;
}
