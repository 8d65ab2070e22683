namespace FastNN.Onnx;

/// <summary>Operators that pass the data on, or that tell their shape.</summary>
internal static class OnnxPassing
{
    /// <summary>A type of real numbers is as good as another: a network computes in floats.</summary>
    internal static OnnxSignal Cast(OnnxOperation operation)
    {
        operation.Expect(1, 1, "to", "saturate", "round_mode");
        long type = operation.Integer("to", OnnxTensorTypes.Undefined);
        return OnnxTensorTypes.IsReal(type)
            ? operation.Signal(0)!
            : throw operation.Fault($"it must cast the data to a type of real numbers, but casts to {OnnxTensorTypes.NameOf(type)}");
    }

    /// <summary>The first input in the type of the second.</summary>
    internal static object CastLike(OnnxOperation operation)
    {
        operation.Expect(2, 2, "saturate", "round_mode");
        return operation.Signal(1) is null && !operation.Constant(1).IsReal
            ? throw operation.Fault($"it must cast the data to a type of real numbers, but casts to that of {operation.Constant(1)}")
            : operation.Inputs[0]!.Result!;
    }

    /// <summary>Passes the data on. Throws if the node is in training mode.</summary>
    internal static OnnxSignal Dropout(OnnxOperation operation)
    {
        operation.ExpectAttributes("ratio", "seed", "is_test");
        operation.ExpectInputs(1, 3);
        if (operation.OptionalConstant(2) is { } mode)
        {
            if (mode.Count != 1) throw operation.Fault($"its training_mode must be one value, but is {mode}");
            if (!mode.IsInteger || mode.Integer(0) != 0) throw operation.Fault("its training_mode must be false");
        }

        return operation.Signal(0) ?? throw operation.Fault("its first input must be the data");
    }

    /// <summary>The lengths of the data. The number of samples is open.</summary>
    internal static OnnxTensor ShapeOf(OnnxOperation operation)
    {
        operation.Expect(1, 1, "start", "end");
        OnnxShape shape = operation.Signal(0)!.Shape;
        long[] lengths = shape.Lengths ?? throw operation.Fault("the shape of its data must be known");
        int start = At(operation.Integer("start", 0)), end = At(operation.Integer("end", lengths.Length));
        long[] part = [.. lengths[start..Math.Max(start, end)].Select(length => length == OnnxShape.Open ? OnnxTensor.Open : length)];
        return new OnnxIntegers(OnnxTensorTypes.Integer64, [part.Length], part);

        int At(long place) => (int)Math.Clamp(place < 0 ? place + lengths.Length : place, 0, lengths.Length);
    }

    /// <summary>The number of all values of the data.</summary>
    internal static OnnxTensor SizeOf(OnnxOperation operation)
    {
        operation.Expect(1, 1);
        OnnxShape shape = operation.Signal(0)!.Shape;
        bool isKnown = shape.Width <= int.MaxValue && (shape.Batch < 0 || shape.Lengths![shape.Batch] is > 0 and <= int.MaxValue);
        long size = isKnown ? shape.Width!.Value * (shape.Batch < 0 ? 1 : shape.Lengths![shape.Batch]) : OnnxTensor.Open;
        return new OnnxIntegers(OnnxTensorTypes.Integer64, [], [size]);
    }
}
