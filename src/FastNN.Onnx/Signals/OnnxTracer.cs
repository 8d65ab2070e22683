using System.Collections.Frozen;

namespace FastNN.Onnx;

/// <summary>
/// Finds what each value of a graph is: a constant, or a <see cref="OnnxSignal"/>, which depends on the data. Takes one operation at a
/// time; its inputs must be known.
/// </summary>
internal sealed class OnnxTracer(OnnxGraph graph, OnnxMemoryBudget budget)
{
    private const int OperationBytes = 80, TensorBytes = 96;

    private static readonly FrozenDictionary<string, Func<OnnxTracer, OnnxOperation, OnnxSignal>> s_readers =
        new Dictionary<string, Func<OnnxTracer, OnnxOperation, OnnxSignal>>
        {
            ["Abs"] = (t, node) => OnnxClips.Absolute(t.Algebra, node, One(node)),
            ["Add"] = OnnxElementwise.Add,
            ["BatchNormalization"] = OnnxNormalization.BatchNormalization,
            ["Concat"] = OnnxParts.Concat,
            ["Div"] = OnnxElementwise.Divide,
            ["Erf"] = (t, node) => t.Algebra.Erf(node, One(node)),
            ["Expand"] = (t, node) => Shaped(node, OnnxShaping.Expand),
            ["Flatten"] = (t, node) => Shaped(node, OnnxShaping.Flatten),
            ["Gather"] = OnnxParts.Gather,
            ["Gemm"] = OnnxLinear.Gemm,
            ["Identity"] = (t, node) => One(node),
            ["Log"] = (t, node) => t.Algebra.Log(node, One(node)),
            ["MatMul"] = OnnxLinear.MatMul,
            ["Max"] = (t, node) => OnnxElementwise.Extreme(t, node, isMax: true),
            ["Mean"] = OnnxElementwise.Mean,
            ["Min"] = (t, node) => OnnxElementwise.Extreme(t, node, isMax: false),
            ["Mul"] = OnnxElementwise.Multiply,
            ["Neg"] = (t, node) => t.Algebra.Scale(node, One(node), -1),
            ["Pow"] = OnnxElementwise.Power,
            ["Reciprocal"] = (t, node) => t.Algebra.Invert(node, One(node)),
            ["Reshape"] = (t, node) => Shaped(node, OnnxShaping.Reshape),
            ["Slice"] = OnnxParts.Slice,
            ["Squeeze"] = (t, node) => Shaped(node, OnnxShaping.Squeeze),
            ["Sub"] = OnnxElementwise.Subtract,
            ["Sum"] = OnnxElementwise.Sum,
            ["Transpose"] = (t, node) => Shaped(node, OnnxShaping.Transpose),
            ["Unsqueeze"] = (t, node) => Shaped(node, OnnxShaping.Unsqueeze),
            ["ai.onnx.ml.Scaler"] = OnnxNormalization.Scaler,
            ["com.microsoft.FusedGemm"] = ReadFusedGemm,
            ["com.microsoft.FusedMatMul"] = OnnxLinear.FusedMatMul,
            ["com.microsoft.TransposeMatMul"] = OnnxLinear.FusedMatMul,
        }.ToFrozenDictionary();

    internal OnnxGraph Graph => graph;

    internal OnnxMemoryBudget Budget => budget;

    internal OnnxAlgebra Algebra { get; } = new(budget);

    /// <summary>Sets the results of the outputs of an operation.</summary>
    internal void Trace(OnnxOperation operation)
    {
        if (operation.IsTraced) return;
        budget.Book(OperationBytes, "nodes for its size, several for each layer");
        bool isOfData = false;
        foreach (OnnxValue? input in operation.Inputs)
        {
            if (input is null) continue;
            if (input.Result is null && input.Producer is { } producer) throw producer.Fault($"its output {input} is not supported");
            input.Result ??= Given(operation, input) ?? throw operation.Fault($"nothing gives its input {input}");
            isOfData |= input.Result is OnnxSignal;
        }

        if (isOfData) TraceData(operation);
        else OnnxConstants.Evaluate(this, operation);
        operation.IsTraced = true;
    }

    /// <summary>The data of an input of the graph.</summary>
    internal static OnnxSignal OfInput(OnnxValue input)
    {
        int type = input.Input!.Type?.TensorType?.ElemType ?? OnnxTensorTypes.Undefined;
        return type == OnnxTensorTypes.Undefined || OnnxTensorTypes.IsReal(type)
            ? new OnnxSignal(OnnxTerm.Of(input), OnnxShape.OfInput(input.Input))
            : throw OnnxFault.Of(
                $"Graph input {input}", $"it is of type {OnnxTensorTypes.NameOf(type)}; FLOAT, DOUBLE, FLOAT16 and BFLOAT16 are supported");
    }

    /// <summary>s + k, for a constant k.</summary>
    internal OnnxSignal Shift(OnnxOperation operation, OnnxSignal s, OnnxTensor k)
    {
        (OnnxCoefficient values, OnnxShape shape) = OnnxBroadcast.To(operation, s.Shape, k, budget);
        return Algebra.Shift(operation, Shaped(s, shape), values);
    }

    /// <summary>The same values in another shape.</summary>
    internal static OnnxSignal Shaped(OnnxSignal s, OnnxShape shape) => ReferenceEquals(s.Shape, shape) ? s : s.With(shape);

    /// <summary>The only operand of an operator without attributes.</summary>
    private static OnnxSignal One(OnnxOperation operation)
    {
        operation.Expect(1, 1);
        return operation.Signal(0)!;
    }

    private static OnnxSignal Shaped(OnnxOperation operation, Func<OnnxOperation, OnnxShape, OnnxShape> shape) =>
        operation.Signal(0) is { } data
            ? data.With(shape(operation, data.Shape))
            : throw operation.Fault("its first input must be the data");

    private static OnnxSignal ReadFusedGemm(OnnxTracer tracer, OnnxOperation operation) => OnnxActivationReader.ReadFused(
        tracer, operation, OnnxLinear.FusedGemm(tracer, operation));

    /// <summary>What a value is that no node gives: an initializer or an input of the graph; null if nothing gives it.</summary>
    private object? Given(OnnxOperation reader, OnnxValue value)
    {
        budget.Book(TensorBytes, "tensors for its size");
        return value.Initializer is { } tensor
            ? OnnxStoredTensor.Read(tensor, budget, reader, value.Name)
            : value.Input is null ? null : OfInput(value);
    }

    private void TraceData(OnnxOperation operation)
    {
        object? result = operation.Type switch
        {
            "Cast" => OnnxPassing.Cast(operation),
            "CastLike" => OnnxPassing.CastLike(operation),
            "Dropout" => OnnxPassing.Dropout(operation),
            "Shape" => OnnxPassing.ShapeOf(operation),
            "Size" => OnnxPassing.SizeOf(operation),
            "Split" => OnnxParts.Split(this, operation),
            _ => s_readers.TryGetValue(operation.Type, out var reader)
                ? reader(this, operation)
                : OnnxActivationReader.Read(this, operation) ?? throw OnnxRefusals.Of(operation),
        };
        if (operation.Outputs is [{ } output, ..] && result != null) output.Result = result;
    }
}
