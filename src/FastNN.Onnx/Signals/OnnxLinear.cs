namespace FastNN.Onnx;

/// <summary>Operators that multiply the data by a matrix. Each starts a layer.</summary>
internal static class OnnxLinear
{
    /// <summary>The bytes of memory for a layer, its term, its signal and its shape.</summary>
    private const int LayerBytes = 352;

    /// <summary>Y = α·A·B + β·C. A or B is the data.</summary>
    internal static OnnxSignal Gemm(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(2, 3, "alpha", "beta", "transA", "transB");
        return ReadGemm(tracer, operation);
    }

    /// <summary>Gemm of ONNX Runtime. The activation that it names comes behind it.</summary>
    internal static OnnxSignal FusedGemm(OnnxTracer tracer, OnnxOperation operation)
    {
        operation.Expect(
            2, 3, "activation", "activation_alpha", "activation_beta", "activation_gamma", "alpha", "beta", "transA", "transB");
        return ReadGemm(tracer, operation);
    }

    /// <summary>A·B. One of them is the data, and the other has the weights.</summary>
    internal static OnnxSignal MatMul(OnnxTracer tracer, OnnxOperation operation)
    {
        tracer.Budget.Book(LayerBytes, "layers for its size");
        operation.Expect(2, 2);
        return operation.Signal(0) is { } data
            ? Rows(operation, data, operation.Constant(1), isTransposed: false, alpha: 1f)
            : Columns(operation, operation.Signal(1)!, operation.Constant(0), isTransposed: true, alpha: 1f);
    }

    /// <summary>MatMul of ONNX Runtime, with a factor and with transposed operands.</summary>
    internal static OnnxSignal FusedMatMul(OnnxTracer tracer, OnnxOperation operation)
    {
        tracer.Budget.Book(LayerBytes, "layers for its size");
        operation.Expect(2, 2, "alpha", "transA", "transB", "transBatchA", "transBatchB");
        if (operation.Flag("transBatchA") || operation.Flag("transBatchB")) throw operation.Fault("its transBatchA must be 0");
        float alpha = operation.FiniteReal("alpha", 1f);
        bool isTransposedA = operation.Flag("transA"), isTransposedB = operation.Flag("transB");
        bool weightsFirst = operation.Signal(0) is null;
        if (weightsFirst ? isTransposedB : isTransposedA) throw operation.Fault("it must not transpose the data");
        return weightsFirst
            ? Columns(operation, operation.Signal(1)!, operation.Constant(0), !isTransposedA, alpha)
            : Rows(operation, operation.Signal(0)!, operation.Constant(1), isTransposedB, alpha);
    }

    /// <summary>A layer that is made of coefficients: a matrix [n_in, n_out] and biases.</summary>
    internal static OnnxSignal Of(OnnxOperation operation, OnnxSignal data, double[] weights, double[] biases, OnnxShape shape) =>
        Start(
            new OnnxLayer(operation, data, new OnnxReals(OnnxTensorTypes.Double, [weights.Length / biases.Length, biases.Length], weights),
                isTransposed: false)
            {
                Biases = new OnnxReals(OnnxTensorTypes.Double, [biases.Length], biases),
            },
            shape);

    private static OnnxSignal ReadGemm(OnnxTracer tracer, OnnxOperation operation)
    {
        tracer.Budget.Book(LayerBytes, "layers for its size");
        float alpha = operation.FiniteReal("alpha", 1f), beta = operation.FiniteReal("beta", 1f);
        bool isTransposed = operation.Flag("transB"), weightsFirst = operation.Signal(0) is null;
        OnnxSignal data = weightsFirst ? ColumnsOfGemm(operation) : RowsOfGemm(operation);
        if (weightsFirst) isTransposed = !operation.Flag("transA");
        OnnxTensor weights = operation.Constant(weightsFirst ? 0 : 1);
        OnnxTensor? biases = beta == 0f ? null : operation.OptionalConstant(2);
        var layer = new OnnxLayer(operation, data, weights, isTransposed) { Alpha = alpha, Beta = beta, Biases = biases };
        if (biases != null) CheckBiases(operation, biases, layer.Outputs, weightsFirst ? 0 : 1);
        long samples = data.Shape.Lengths is { } lengths ? lengths[data.Shape.Batch] : OnnxShape.Open;
        return Start(
            layer, weightsFirst ? new OnnxShape([layer.Outputs, samples], 1) : new OnnxShape([samples, layer.Outputs], 0));
    }

    private static OnnxSignal RowsOfGemm(OnnxOperation operation)
    {
        OnnxSignal data = operation.Signal(0)!;
        OnnxShape shape = data.Shape;
        if (operation.Flag("transA"))
        {
            bool isInput = data is { IsTerm: true, Term: { Input: not null, Start: 0, Count: null } };
            bool isColumns = shape.Rank == 2 && shape.Batch == 1;
            if (!isColumns && !(isInput && shape.Rank is null or 2))
                throw operation.Fault($"transA = 1 is supported only for a graph input of [n, batch], but it gets {shape}");
            return data.With(new OnnxShape(shape.Lengths, 1));
        }

        return shape.Lengths is null || (shape.Rank == 2 && shape.Batch == 0)
            ? data
            : throw operation.Fault($"it must take [batch, n], but gets {shape}; a Flatten or Reshape must come before");
    }

    private static OnnxSignal ColumnsOfGemm(OnnxOperation operation)
    {
        OnnxSignal data = operation.Signal(1) ?? throw operation.Fault("its first or second input must be the data");
        return data.Shape is { Rank: 2 } shape && shape.Batch == (operation.Flag("transB") ? 0 : 1)
            ? data
            : throw operation.Fault($"it must read the data, [batch, n], as its first input, but reads {data.Shape} as its second");
    }

    private static void CheckBiases(OnnxOperation operation, OnnxTensor biases, int outputs, int axis)
    {
        long[] shape = biases.Shape;
        bool fits = shape.Length <= 2 && !biases.HasOpen && (biases.Count == 1 || (biases.Count == outputs && (axis == 1
            ? shape[^1] == outputs
            : shape.Length == 2 && shape[0] == outputs)));
        if (!fits) throw operation.Fault($"its biases must be real numbers of shape [{outputs}], [1, {outputs}] or [1], but are {biases}");
    }

    /// <summary>Rows of values, times W [n_in, n_out] or a vector [n_in]; lengths of 1 may come before.</summary>
    private static OnnxSignal Rows(OnnxOperation operation, OnnxSignal data, OnnxTensor weights, bool isTransposed, float alpha)
    {
        OnnxShape shape = data.Shape;
        if (!shape.IsRows)
            throw operation.Fault($"it must take rows, [batch, n], but gets {shape}; a Flatten or Reshape must come before");
        bool isVector = weights.Shape.Length == 1;
        var layer = new OnnxLayer(operation, data, Matrix(weights, isVector), isTransposed) { Alpha = alpha };
        OnnxShape result = shape.Lengths is null
            ? new OnnxShape([OnnxShape.Open, layer.Outputs], 0)
            : shape.With(shape.Lengths.Length - 1, layer.Outputs);
        if (isVector) result = result.Without(result.Lengths!.Length - 1);
        return Start(layer, WithAxes(operation, result, weights.Shape.Length - (shape.IsVector ? 1 : 0)));
    }

    /// <summary>W [n_out, n_in] times columns of values.</summary>
    private static OnnxSignal Columns(OnnxOperation operation, OnnxSignal data, OnnxTensor weights, bool isTransposed, float alpha)
    {
        OnnxShape shape = data.Shape;
        int axis = shape.IsVector ? 0 : (shape.Rank ?? 0) - 2;
        if (axis < 0 || !shape.HoldsAll(axis))
            throw operation.Fault($"the data, {shape}, must be its first input and the weights its second");
        var layer = new OnnxLayer(operation, data, Matrix(weights, isVector: false), isTransposed) { Alpha = alpha };
        OnnxShape result = shape.With(axis, layer.Outputs);
        return Start(layer, WithAxes(operation, result, weights.Shape.Length - (shape.IsVector ? 1 : 0)));
    }

    /// <summary>Weights of more axes, of length 1, give their axes to the result.</summary>
    private static OnnxShape WithAxes(OnnxOperation operation, OnnxShape shape, int rank)
    {
        while (shape.Rank < rank) shape = shape.WithAxis(operation, 0);
        return shape;
    }

    /// <summary>The weights without lengths of 1 before them. A vector becomes a column.</summary>
    private static OnnxTensor Matrix(OnnxTensor weights, bool isVector)
    {
        long[] shape = isVector ? [weights.Shape[0], 1] : weights.Shape;
        int ones = 0;
        while (shape.Length - ones > 2 && shape[ones] == 1) ones++;
        return isVector || ones > 0 ? new OnnxView(weights, shape[ones..]) : weights;
    }

    private static OnnxSignal Start(OnnxLayer layer, OnnxShape shape)
    {
        OnnxSignal data = layer.Input;
        if (data.Term.IsSoftmax) throw data.Term.MustBeLast(layer.Operation);
        long? width = data.Term.Count ?? data.Shape.Width ?? data.Constants;
        return width is null || width == layer.Inputs
            ? new OnnxSignal(OnnxTerm.Of(layer), shape)
            : throw layer.Operation.Fault($"its weights take {layer.Inputs} values, but it gets {width}");
    }
}
