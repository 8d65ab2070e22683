namespace FastNN.Onnx;

/// <summary>A cut of a Slice, along one axis. Places may count from the end, and may be out of range.</summary>
/// <param name="Axis">The axis, which may count from the end.</param>
/// <param name="Start">The first place.</param>
/// <param name="End">The place behind the last.</param>
/// <param name="Step">The places from one value to the next.</param>
internal readonly record struct OnnxSlice(long Axis, long Start, long End, long Step)
{
    private const int MostIntegers = 1 << 10;

    /// <summary>The cuts of a Slice. They are constant inputs, or attributes up to opset 9.</summary>
    internal static OnnxSlice[] Of(OnnxOperation operation)
    {
        operation.Expect(1, 5, "starts", "ends", "axes");
        IReadOnlyList<long> starts = Integers(operation, 1, "starts") ?? throw operation.Fault("it has no starts");
        IReadOnlyList<long> ends = Integers(operation, 2, "ends") ?? throw operation.Fault("it has no ends");
        IReadOnlyList<long>? axes = Integers(operation, 3, "axes"), steps = Integers(operation, 4, "steps");
        if (ends.Count != starts.Count || (axes ?? starts).Count != starts.Count || (steps ?? starts).Count != starts.Count)
            throw operation.Fault("its starts, ends, axes and steps must be equally many");
        return [.. starts.Select((start, k) => new OnnxSlice(axes?[k] ?? k, start, ends[k], steps?[k] ?? 1))];
    }

    /// <summary>The lengths of the parts of a Split, one for each output; null if they are even.</summary>
    internal static IReadOnlyList<long>? LengthsOf(OnnxOperation operation)
    {
        operation.ExpectInputs(1, 2);
        operation.ExpectAttributes("axis", "split", "num_outputs");
        IReadOnlyList<long>? lengths = Integers(operation, 1, "split");
        int parts = operation.Outputs.Length;
        return lengths is null || lengths.Count == parts
            ? lengths
            : throw operation.Fault($"its split must have {parts} lengths, one for each output, but has {lengths.Count}");
    }

    private static IReadOnlyList<long>? Integers(OnnxOperation operation, int input, string attribute)
    {
        if (operation.OptionalConstant(input) is not { } tensor) return operation.OptionalIntegers(attribute);
        return tensor.IsInteger && !tensor.HasOpen && tensor.Shape.Length <= 1 && tensor.Count <= MostIntegers
            ? tensor.Integers()
            : throw operation.Fault($"its {attribute} must be known integers, at most {MostIntegers}, but are {tensor}");
    }
}
