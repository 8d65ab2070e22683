using FastNN.Files;

namespace FastNN.Onnx;

/// <summary>
/// Follows the data from the graph's input to its output, in any order of the nodes. Plans a layer for each matrix on the way.
/// </summary>
internal sealed class OnnxGraphReader(OnnxGraph graph)
{
    private readonly List<OnnxLayer> _layers = [];
    private readonly OnnxShape _shape = new(graph.InputInfo);
    private readonly OnnxCompositeActivation _composites = new(graph);
    private bool _hasActivation, _hasAdd;

    /// <summary>Reads all layers, at least one.</summary>
    internal List<OnnxLayer> Read()
    {
        OnnxValue value = graph.Input;
        while (value != graph.Output) value = Step(value);
        if (value.FirstReader is { } reader) throw reader.Fault("it reads the graph's output; branches are not supported");
        if (_layers.Count == 0) throw OnnxFault.Of("The graph", "it has no layer, a Gemm or MatMul, between input and output");
        if (OnnxShape.LengthsOf(graph.OutputInfo, "output") is [.., { } width] && width != _layers[^1].Outputs)
        {
            throw OnnxFault.Of(
                $"Graph output {graph.Output}", $"it claims {width} values, but the last layer gives {_layers[^1].Outputs}");
        }
        return _layers;
    }

    private OnnxValue Step(OnnxValue value)
    {
        OnnxOperation operation = value.FirstReader
            ?? throw OnnxFault.Of($"Value {value}", "no node reads it, and it is not the graph's output");
        if (value.Readings > 1 || operation.Type is "Mul" or "Div" or "Erf")
        {
            (Activation activation, OnnxValue end) = _composites.Read(value);
            Activate(operation, activation);
            return end;
        }

        if (operation.Type is not ("MatMul" or "Add") && operation.Inputs[0] != value.Name)
            throw operation.Fault($"it must read {value} as its first input");

        Read(operation, value.Name);
        return graph.ValueOf(operation.Outputs[0]);
    }

    private void Read(OnnxOperation operation, string data)
    {
        switch (operation.Type)
        {
            case "Gemm":
                ReadGemm(operation);
                break;
            case "MatMul":
                ReadMatMul(operation, data);
                break;
            case "Add":
                ReadAdd(operation, data);
                break;
            case "Flatten":
                _shape.Flatten(operation);
                break;
            case "Reshape":
                _shape.Reshape(operation, graph);
                break;
            case "Identity":
                operation.Expect(1, 1);
                break;
            case "Dropout":
                ReadDropout(operation);
                break;
            case "Cast":
                operation.Expect(1, 1, "to", "saturate");
                long type = operation.Integer("to", OnnxTensorTypes.Undefined);
                if (type != OnnxTensorTypes.Float)
                    throw operation.Fault($"it must cast to FLOAT, but casts to {OnnxTensorTypes.NameOf(type)}");
                break;
            default:
                Activate(operation, ReadActivation(operation));
                break;
        }
    }

    /// <summary>Y = α·A·B + β·C. A is the data.</summary>
    private void ReadGemm(OnnxOperation operation)
    {
        operation.Expect(2, 3, "alpha", "beta", "transA", "transB");
        float alpha = operation.FiniteReal("alpha", 1f), beta = operation.FiniteReal("beta", 1f);
        var layer = new OnnxLayer(operation, graph.ConstantOf(operation, operation.Inputs[1]), operation.Flag("transB"), alpha);
        if (operation.OptionalInput(2) is { Length: > 0 } biases && beta != 0f)
            layer.AddBiases(operation, graph.ConstantOf(operation, biases), beta);

        if (operation.Flag("transA"))
        {
            _shape.PassLayerOfColumns(operation, layer);
        }
        else
        {
            if (_shape.IsVector) throw operation.Fault($"it must take [batch, {layer.Inputs}], but gets {_shape}");
            _shape.PassLayer(operation, layer);
        }

        Add(operation, layer);
    }

    /// <summary>A·B. A is the data. B is the data if that is a single sample without a batch.</summary>
    private void ReadMatMul(OnnxOperation operation, string data)
    {
        operation.Expect(2, 2);
        bool weightsFirst = operation.Inputs[1] == data;
        if (weightsFirst && !_shape.IsVector)
            throw operation.Fault($"the data, {_shape}, must be its first input and the weights its second");

        OnnxConstant weights = graph.ConstantOf(operation, operation.Inputs[weightsFirst ? 0 : 1]);
        var layer = new OnnxLayer(operation, weights, isTransposed: weightsFirst);
        _shape.PassLayer(operation, layer);
        Add(operation, layer);
    }

    private void Add(OnnxOperation operation, OnnxLayer layer)
    {
        if (_layers is [.., { } before] && before.Activation == Activation.Softmax)
            throw operation.Fault("it follows a Softmax, which only the last layer of a network may have");
        if (_layers.Count == FileRules.MaxLayers)
            throw operation.Fault($"it is layer {_layers.Count + 1}, but a network in a file has at most {FileRules.MaxLayers}");

        _layers.Add(layer);
        (_hasActivation, _hasAdd) = (false, false);
    }

    private void ReadAdd(OnnxOperation operation, string data)
    {
        operation.Expect(2, 2);
        if (_layers.Count == 0 || _hasActivation || _hasAdd)
            throw operation.Fault("it must follow a Gemm or MatMul, to add its biases");

        _layers[^1].AddBiases(operation, graph.ConstantOf(operation, operation.Inputs[operation.Inputs[0] == data ? 1 : 0]));
        _hasAdd = true;
    }

    /// <summary>Passes the data on. Throws if the node is in training mode.</summary>
    private void ReadDropout(OnnxOperation operation)
    {
        operation.ExpectAttributes("ratio", "seed");
        if (operation.Inputs.Count > 3) throw operation.Fault($"it must have 1 to 3 inputs, but has {operation.Inputs.Count}");
        if (operation.OptionalInput(2) is { Length: > 0 } training)
        {
            OnnxConstant mode = graph.ConstantOf(operation, training);
            if (mode.Count != 1) throw operation.Fault($"its training_mode must be one value, but is {mode}");
            if (!mode.IsFalse) throw operation.Fault("its training_mode must be false");
        }

        for (int k = 0; k < operation.Outputs.Count; k++)
        {
            bool isUsed = operation.Outputs[k] is { Length: > 0 } name
                && (graph.ValueOf(name) == graph.Output || graph.ValueOf(name).FirstReader != null);
            if (k == 0 ? operation.Outputs[k].Length == 0 : isUsed)
                throw operation.Fault("its first output, and no other, must be used");
        }

        if (operation.Outputs.Count == 0) throw operation.Fault("it must have an output");
    }

    /// <summary>An activation that is one operator.</summary>
    private Activation ReadActivation(OnnxOperation operation) =>
        OnnxActivationReader.Read(operation, graph, _shape) ?? throw operation.Fault(
            "the operator is not supported; supported are Gemm, MatMul, Add, Flatten, Reshape, Identity, Dropout, Cast, "
            + $"{OnnxActivationReader.Operators}, and SiLU and GELU of several operators");

    private void Activate(OnnxOperation operation, Activation activation)
    {
        if (_layers.Count == 0) throw operation.Fault("it must follow a layer, a Gemm or MatMul, but is before the first");
        if (_hasActivation)
            throw operation.Fault($"it must follow a Gemm or MatMul, but follows another activation, {_layers[^1].Activation}");

        _layers[^1].Activation = activation;
        _hasActivation = true;
    }
}
