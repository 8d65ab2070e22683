using System.Collections.Frozen;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>Computes operations whose inputs are all constant.</summary>
internal static class OnnxConstants
{
    private const int ResultBytes = 192; // a view, with its shape and its strides

    private delegate OnnxTensor Evaluator(OnnxOperation operation, OnnxMemoryBudget budget);

    private static readonly FrozenDictionary<string, Evaluator> s_evaluators = new Dictionary<string, Evaluator>
    {
        ["Abs"] = (node, budget) => OnnxArithmetic.Unary(node, budget, Math.Abs, Math.Abs),
        ["Add"] = (node, budget) => OnnxArithmetic.Binary(node, budget, (a, b) => a + b, (a, b) => a + b),
        ["Cast"] = OnnxArithmetic.Cast,
        ["CastLike"] = OnnxArithmetic.CastLike,
        ["Ceil"] = (node, budget) => OnnxArithmetic.Unary(node, budget, Math.Ceiling, null),
        ["Clip"] = OnnxArithmetic.Clip,
        ["Concat"] = OnnxArrays.Concat,
        ["Constant"] = Constant,
        ["ConstantOfShape"] = OnnxArrays.ConstantOfShape,
        ["Div"] = (node, budget) => OnnxArithmetic.Binary(node, budget, (a, b) => a / b, Quotient),
        ["Dropout"] = (node, _) => node.Constant(0),
        ["Equal"] = (node, budget) => OnnxArithmetic.Binary(node, budget, null, (a, b) => a == b ? 1 : 0, OnnxTensorTypes.Boolean),
        ["Exp"] = (node, budget) => OnnxArithmetic.Unary(node, budget, Math.Exp, null),
        ["Expand"] = OnnxArrays.Expand,
        ["Flatten"] = OnnxArrays.Flatten,
        ["Floor"] = (node, budget) => OnnxArithmetic.Unary(node, budget, Math.Floor, null),
        ["Gather"] = OnnxArrays.Gather,
        ["Identity"] = (node, _) => One(node),
        ["Log"] = (node, budget) => OnnxArithmetic.Unary(node, budget, Math.Log, null),
        ["MatMul"] = OnnxReductions.MatMul,
        ["Max"] = (node, budget) => OnnxArithmetic.Binary(node, budget, Math.Max, Math.Max),
        ["Min"] = (node, budget) => OnnxArithmetic.Binary(node, budget, Math.Min, Math.Min),
        ["Mul"] = (node, budget) => OnnxArithmetic.Binary(node, budget, (a, b) => a * b, (a, b) => a * b),
        ["Neg"] = (node, budget) => OnnxArithmetic.Unary(node, budget, a => -a, a => -a),
        ["Pow"] = (node, budget) => OnnxArithmetic.Binary(node, budget, Math.Pow, null),
        ["Range"] = OnnxArrays.Range,
        ["Reciprocal"] = (node, budget) => OnnxArithmetic.Unary(node, budget, a => 1 / a, null),
        ["ReduceL1"] = (node, budget) => OnnxReductions.Reduce(node, budget, Math.Abs, (sum, _) => sum),
        ["ReduceL2"] = (node, budget) => OnnxReductions.Reduce(node, budget, a => a * a, (sum, _) => Math.Sqrt(sum)),
        ["ReduceMean"] = (node, budget) => OnnxReductions.Reduce(node, budget, a => a, (sum, count) => sum / count),
        ["ReduceProd"] = OnnxReductions.Product,
        ["ReduceSum"] = (node, budget) => OnnxReductions.Reduce(node, budget, a => a, (sum, _) => sum),
        ["ReduceSumSquare"] = (node, budget) => OnnxReductions.Reduce(node, budget, a => a * a, (sum, _) => sum),
        ["Reshape"] = OnnxArrays.Reshape,
        ["Shape"] = OnnxArrays.Shape,
        ["Size"] = (node, _) => new OnnxIntegers(OnnxTensorTypes.Integer64, [], [One(node).Count]),
        ["Slice"] = OnnxCuts.Slice,
        ["Sqrt"] = (node, budget) => OnnxArithmetic.Unary(node, budget, Math.Sqrt, null),
        ["Squeeze"] = OnnxArrays.Squeeze,
        ["Sub"] = (node, budget) => OnnxArithmetic.Binary(node, budget, (a, b) => a - b, (a, b) => a - b),
        ["Transpose"] = OnnxArrays.Transpose,
        ["Unsqueeze"] = OnnxArrays.Unsqueeze,
        ["Where"] = OnnxArithmetic.Where,
    }.ToFrozenDictionary();

    /// <summary>Sets the results of the outputs.</summary>
    internal static void Evaluate(OnnxTracer tracer, OnnxOperation operation)
    {
        if (operation.Type == "Split")
        {
            OnnxCuts.Split(operation, tracer.Budget);
            return;
        }

        if (!s_evaluators.TryGetValue(operation.Type, out Evaluator? evaluator))
            throw operation.Fault("the operator is not supported for constants; the documentation of FastNN.Onnx lists those that are");
        tracer.Budget.Book(ResultBytes, "constants that are computed");
        if (operation.Outputs is [{ } output, ..]) output.Result = Settle(evaluator(operation, tracer.Budget), tracer.Budget);
    }

    /// <summary>Stores the values of a tensor that takes long to read: a view of a view, many times.</summary>
    internal static OnnxTensor Settle(OnnxTensor tensor, OnnxMemoryBudget budget)
    {
        const int mostCost = 64;
        if (tensor.Cost <= mostCost) return tensor;
        budget.BookValues(tensor.Count);
        budget.BookWork((long)tensor.Count * tensor.Cost);
        if (tensor.IsInteger) return new OnnxIntegers(tensor.Type, tensor.Shape, tensor.Integers());
        double[] values = new double[tensor.Count];
        for (int k = 0; k < values.Length; k++) values[k] = tensor.Real(k);
        return new OnnxReals(tensor.Type, tensor.Shape, values, tensor.HasOpen);
    }

    /// <summary>The only operand of an operator without attributes.</summary>
    internal static OnnxTensor One(OnnxOperation operation)
    {
        operation.Expect(1, 1);
        return operation.Constant(0);
    }

    private static OnnxTensor Constant(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(0, 0, "value", "value_float", "value_floats", "value_int", "value_ints");
        if (operation.Tensor("value") is { } tensor)
        {
            return OnnxStoredTensor.Read(tensor, budget, operation, operation.Outputs[0]!.Name);
        }

        if (operation.OptionalReals("value_floats") is { } floats) return Reals([floats.Count], floats);
        if (operation.OptionalIntegers("value_ints") is { } integers) return Integers([integers.Count], integers);
        if (Has(operation, "value_float")) return Reals([], [operation.Real("value_float", 0)]);
        if (Has(operation, "value_int")) return Integers([], [operation.Integer("value_int", 0)]);
        throw operation.Fault("it has no attribute 'value'");

        OnnxTensor Reals(long[] shape, IReadOnlyList<float> values)
        {
            budget.BookValues(values.Count);
            return new OnnxReals(OnnxTensorTypes.Float, shape, [.. values.Select(value => (double)value)]);
        }

        OnnxTensor Integers(long[] shape, IReadOnlyList<long> values)
        {
            budget.BookValues(values.Count);
            return new OnnxIntegers(OnnxTensorTypes.Integer64, shape, [.. values]);
        }
    }

    private static bool Has(OnnxOperation operation, string name)
    {
        foreach (AttributeProto attribute in operation.Node.Attribute)
        {
            if (attribute.Name == name) return true;
        }

        return false;
    }

    private static long Quotient(long a, long b) => b == 0 ? OnnxTensor.Open : b == -1 ? -a : a / b;
}
