using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>
/// The shape of the data in the graph, as far as it is known: [batch, n], at the input also [batch, …], or [n] for a single sample. It is
/// only checked against the weights. The weights tell the width of a layer.
/// </summary>
internal sealed class OnnxShape
{
    private long?[]? _lengths; // an element is null if its length is not known; all is null if not even the number of lengths is known
    private bool _isInput = true;

    internal OnnxShape(ValueInfoProto input)
    {
        TypeProto.Types.Tensor? tensor = input.Type?.TensorType;
        if (tensor != null && tensor.ElemType is not (OnnxTensorTypes.Undefined or OnnxTensorTypes.Float or OnnxTensorTypes.Double))
        {
            string type = OnnxTensorTypes.NameOf(tensor.ElemType);
            throw OnnxFault.Of($"Graph input {OnnxFault.Quote(input.Name)}", $"it is of type {type}; FLOAT and DOUBLE are supported");
        }

        _lengths = LengthsOf(input, "input");
        if (_lengths is { Length: 0 })
            throw OnnxFault.Of($"Graph input {OnnxFault.Quote(input.Name)}", "it must have a dimension at least, but is a scalar");
    }

    /// <summary>Whether the data is one sample without a dimension for the batch.</summary>
    internal bool IsVector => _lengths is [_];

    /// <summary>The lengths that a value claims; null if it claims none.</summary>
    internal static long?[]? LengthsOf(ValueInfoProto value, string what)
    {
        if (value.Type?.TensorType?.Shape is not { } shape) return null;
        const int most = 16;
        if (shape.Dim.Count > most)
        {
            throw OnnxFault.Of(
                $"Graph {what} {OnnxFault.Quote(value.Name)}", $"it must have at most {most} dimensions, but has {shape.Dim.Count}");
        }
        long?[] lengths = new long?[shape.Dim.Count];
        for (int k = 0; k < lengths.Length; k++)
        {
            if (shape.Dim[k].HasDimValue) lengths[k] = shape.Dim[k].DimValue;
            if (lengths[k] < 1)
                throw OnnxFault.Of($"Graph {what} {OnnxFault.Quote(value.Name)}", $"dimension {k} must be at least 1, but is {lengths[k]}");
        }

        return lengths;
    }

    /// <summary>The data pass a layer, from rows of n_in values to rows of n_out values.</summary>
    internal void PassLayer(OnnxOperation operation, OnnxLayer layer)
    {
        if (_lengths is { Length: > 2 })
            throw operation.Fault($"it must take [batch, {layer.Inputs}], but gets {this}; a Flatten or Reshape must come before");

        Expect(operation, layer, _lengths?[^1]);
        _lengths = IsVector ? [layer.Outputs] : [_lengths?[0], layer.Outputs];
        _isInput = false;
    }

    /// <summary>
    /// The data pass a layer as columns, [n_in, batch]. Only the graph's input may be columns. Behind it, rows are samples.
    /// </summary>
    internal void PassLayerOfColumns(OnnxOperation operation, OnnxLayer layer)
    {
        if (!_isInput || _lengths is { Length: not 2 })
            throw operation.Fault($"transA = 1 is supported only for a graph input of [{layer.Inputs}, batch], but it gets {this}");
        Expect(operation, layer, _lengths?[0]);
        _lengths = [_lengths?[1], layer.Outputs];
        _isInput = false;
    }

    /// <summary>From [batch, …] to [batch, n].</summary>
    internal void Flatten(OnnxOperation operation)
    {
        operation.Expect(1, 1, "axis");
        long axis = operation.Integer("axis", 1);
        if (IsVector || (axis != 1 && axis + _lengths?.Length != 1))
            throw operation.Fault($"it must flatten [batch, …] from axis 1 on, but flattens {this} from axis {axis} on");
        _lengths = [_lengths?[0], WidthAt(operation)];
        _isInput = false;
    }

    /// <summary>From [batch, …] to [batch, n], or from [n] to [1, n].</summary>
    internal void Reshape(OnnxOperation operation, OnnxGraph graph)
    {
        operation.Expect(2, 2, "allowzero");
        OnnxConstant target = graph.ConstantOf(operation, operation.Inputs[1]);
        if (!target.IsOfIntegers || target.Shape.Count != 1 || target.Count != 2)
            throw operation.Fault("its shape must be two integers of INT64, [batch, n]");

        bool zeroCopies = !operation.Flag("allowzero");
        long batch = target.Integer(0), width = target.Integer(1);
        long? known = WidthAt(operation);
        bool keepsBatch = batch == -1 || (IsVector ? batch == 1 : (batch == 0 && zeroCopies) || (batch > 0 && batch == _lengths?[0]));
        bool keepsWidth = width == -1 ? batch != -1
            : width == 0 ? zeroCopies && _lengths is [_, _]
            : width > 0 && (known ?? width) == width;
        if (!keepsBatch || !keepsWidth)
            throw operation.Fault($"it must keep samples as rows, but makes {OnnxFault.Shape([batch, width])} of {this}");

        _lengths = [IsVector ? 1 : _lengths?[0], width > 0 ? width : known];
        _isInput = false;
    }

    /// <summary>Whether an axis is the last one.</summary>
    internal bool IsLastAxis(long axis) => axis == -1 || axis == (IsVector ? 0 : 1);

    public override string ToString() =>
        _lengths == null ? "an unknown shape" : $"[{string.Join(", ", _lengths.Select(length => length?.ToString() ?? "?"))}]";

    /// <summary>The number of values in a sample; null if it is not known.</summary>
    /// <exception cref="ModelFormatException">The known lengths make more values than a network can have.</exception>
    private long? WidthAt(OnnxOperation operation)
    {
        if (_lengths == null) return null;
        long width = 1;
        bool isKnown = true;
        foreach (long? length in IsVector ? _lengths : _lengths.AsSpan(1))
        {
            isKnown &= length.HasValue;
            if (length > int.MaxValue / width)
                throw operation.Fault($"it gets samples of more than {int.MaxValue} values, {this}");

            width *= length ?? 1;
        }

        return isKnown ? width : null;
    }

    private static void Expect(OnnxOperation operation, OnnxLayer layer, long? width)
    {
        if (width is { } length && length != layer.Inputs)
            throw operation.Fault($"its weights take {layer.Inputs} values, but it gets {length}");
    }
}
