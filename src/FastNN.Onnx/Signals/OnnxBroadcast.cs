namespace FastNN.Onnx;

/// <summary>Brings a constant that an operation joins with data into the order of the values of a sample.</summary>
internal static class OnnxBroadcast
{
    /// <summary>The constant for each value of a sample, and the shape of the result.</summary>
    internal static (OnnxCoefficient Values, OnnxShape Shape) To(
        OnnxOperation operation, OnnxShape shape, OnnxTensor constant, OnnxMemoryBudget budget)
    {
        if (!constant.IsReal && !constant.IsInteger) throw Fault(operation, shape, constant);
        if (constant.HasOpen) throw operation.Fault("its constant must not depend on the number of samples");
        for (int rank = shape.Rank ?? constant.Shape.Length; rank < constant.Shape.Length; rank++) shape = shape.WithAxis(operation, 0);
        if (constant.Count == 1) return (new OnnxCoefficient(constant.Real(0)), shape);
        if (shape.Lengths is null) return (OfLastAxis(operation, shape, constant, budget), shape);

        int added = shape.Lengths.Length - constant.Shape.Length;
        for (int axis = 0; axis < constant.Shape.Length; axis++)
        {
            long length = constant.Shape[axis], own = shape.Lengths![axis + added];
            if (length == 1) continue;
            if (axis + added == shape.Batch || (own != OnnxShape.Open && own != length)) throw Fault(operation, shape, constant);
            shape = shape.With(axis + added, length);
        }

        return (OfAxes(operation, shape, constant, budget), shape);
    }

    private static OnnxCoefficient OfLastAxis(OnnxOperation operation, OnnxShape shape, OnnxTensor constant, OnnxMemoryBudget budget) =>
        constant.Shape[^1] == constant.Count ? Copy(constant, budget) : throw Fault(operation, shape, constant);

    private static OnnxCoefficient Copy(OnnxTensor constant, OnnxMemoryBudget budget)
    {
        budget.BookValues(constant.Count);
        budget.BookWork((long)constant.Count * constant.Cost);
        double[] values = new double[constant.Count];
        for (int k = 0; k < values.Length; k++) values[k] = constant.Real(k);
        return new OnnxCoefficient(values);
    }

    private static OnnxCoefficient OfAxes(OnnxOperation operation, OnnxShape shape, OnnxTensor constant, OnnxMemoryBudget budget)
    {
        long width = shape.Width ?? throw operation.Fault($"all lengths of its data but the number of samples must be known: {shape}");
        if (width == constant.Count) return Copy(constant, budget);
        if (width > int.MaxValue) throw Fault(operation, shape, constant);
        budget.BookValues(width);
        budget.BookWork(width * (constant.Cost + shape.Lengths!.Length));
        double[] values = new double[width];
        long[] strides = OnnxTensor.StridesOf(constant.Shape);
        int added = shape.Lengths!.Length - constant.Shape.Length;
        for (int k = 0; k < values.Length; k++)
        {
            long rest = k, at = 0;
            for (int axis = shape.Lengths.Length - 1; axis >= 0; axis--)
            {
                if (axis == shape.Batch) continue;
                if (axis >= added && constant.Shape[axis - added] > 1) at += rest % shape.Lengths[axis] * strides[axis - added];
                rest /= shape.Lengths[axis];
            }

            values[k] = constant.Real((int)at);
        }

        return new OnnxCoefficient(values);
    }

    private static ModelFormatException Fault(OnnxOperation operation, OnnxShape shape, OnnxTensor constant) =>
        operation.Fault($"its constant must have one value, or one for each value of a sample of {shape}, but is {constant}");
}
