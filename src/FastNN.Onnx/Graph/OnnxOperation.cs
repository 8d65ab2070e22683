using System.Text;
using FastNN.Files;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>A node of a graph or of a function, and its attributes. It makes the exceptions about this node.</summary>
/// <param name="index">The number of the node in its graph or function.</param>
/// <param name="node">The node.</param>
/// <param name="call">The call of the function that the node is in; null in the graph itself.</param>
internal sealed class OnnxOperation(int index, NodeProto node, OnnxCall? call = null)
{
    internal const string StandardDomain = "ai.onnx";
    internal const int MostInputs = 16; // of Sum and others, because each of them is an operation

    /// <summary>The operator, with its domain if that is not the domain of ONNX.</summary>
    internal string Type { get; } =
        node.Domain is "" or StandardDomain ? node.OpType : $"{FileText.Clip(node.Domain)}.{FileText.Clip(node.OpType)}";

    /// <summary>The values that it reads. Null stands for an input that is left out.</summary>
    internal OnnxValue?[] Inputs { get; set; } = [];

    /// <summary>The values that it gives. Null stands for an output that is left out.</summary>
    internal OnnxValue?[] Outputs { get; set; } = [];

    internal NodeProto Node => node;

    /// <summary>A mark of the search for what an output depends on.</summary>
    internal int Mark { get; set; }

    internal bool IsTraced { get; set; }

    /// <summary>For example "node 3 'fc1' (Gemm)".</summary>
    public override string ToString()
    {
        string name = $"node {index} {OnnxFault.Quote(node.Name)} ({(Type.Length == 0 ? "no operator" : FileText.Clip(Type))})";
        return call is null ? name : $"{name} of function {OnnxFault.Quote(call.Function.Name)}";
    }

    internal ModelFormatException Fault(string reason) => OnnxFault.Of($"N{ToString()[1..]}", reason);

    /// <summary>The number of inputs, without those at the end that are left out.</summary>
    internal int InputCount
    {
        get
        {
            int inputs = Inputs.Length;
            while (inputs > 0 && Inputs[inputs - 1] is null) inputs--;
            return inputs;
        }
    }

    internal OnnxValue? OptionalInput(int k) => k < Inputs.Length ? Inputs[k] : null;

    /// <summary>The constant that an input is. The input must be there.</summary>
    internal OnnxTensor Constant(int k)
    {
        OnnxValue input = OptionalInput(k) ?? throw Fault($"its input {k} is missing");
        return input.Result as OnnxTensor ?? throw Fault($"its input {input} must be constant, but depends on the data");
    }

    internal OnnxTensor? OptionalConstant(int k) => OptionalInput(k) is null ? null : Constant(k);

    /// <summary>The data that an input is; null if it is a constant or left out.</summary>
    internal OnnxSignal? Signal(int k) => OptionalInput(k)?.Result as OnnxSignal;

    /// <summary>
    /// Checks the number of inputs, without those at the end that are left out. Checks that the required inputs are there, that there is
    /// one output, and that there are no attributes except the given ones.
    /// </summary>
    internal void Expect(int fewestInputs, int mostInputs, params ReadOnlySpan<string> attributes)
    {
        ExpectInputs(fewestInputs, mostInputs);
        if (Outputs.Length != 1) throw Fault($"it must have one output, but has {Outputs.Length}");
        if (Outputs[0] is null) throw Fault("its output has no name");
        ExpectAttributes(attributes);
    }

    internal void ExpectInputs(int fewest, int most)
    {
        int inputs = InputCount;
        if (inputs < fewest || inputs > most)
        {
            string range = most == int.MaxValue ? " or more" : most > fewest ? $" to {most}" : "";
            throw Fault($"it must have {fewest}{range} inputs, but has {inputs}");
        }

        for (int k = 0; k < fewest; k++)
        {
            if (Inputs[k] is null) throw Fault($"its input {k} has no name");
        }
    }

    internal void ExpectAttributes(params ReadOnlySpan<string> attributes)
    {
        for (int k = 0; k < node.Attribute.Count; k++)
        {
            string name = node.Attribute[k].Name;
            if (!attributes.Contains(name)) throw Fault($"its attribute {OnnxFault.Quote(name)} is not supported");
            for (int before = 0; before < k; before++) // at most one round for each supported name: the next attribute would be a duplicate
            {
                if (node.Attribute[before].Name == name) throw Fault($"it has its attribute '{name}' twice");
            }
        }
    }

    internal long Integer(string name, long byDefault) => Find(name, OnnxAttributeTypes.Integer, "an integer")?.I ?? byDefault;

    internal bool Flag(string name)
    {
        long flag = Integer(name, 0);
        return flag is 0 or 1 ? flag == 1 : throw Fault($"its {name} must be 0 or 1, but is {flag}");
    }

    internal float Real(string name, float byDefault) => Find(name, OnnxAttributeTypes.Float, "a float")?.F ?? byDefault;

    internal float FiniteReal(string name, float byDefault)
    {
        float value = Real(name, byDefault);
        return float.IsFinite(value) ? value : throw Fault($"its {name} must be finite, but is {value}");
    }

    /// <summary>A string, or the part of it that messages show.</summary>
    internal string Text(string name, string byDefault) => Find(name, OnnxAttributeTypes.Text, "a string") is { } attribute
        ? Encoding.UTF8.GetString(attribute.S.Span[..Math.Min(attribute.S.Length, FileText.MostShown)])
        : byDefault;

    /// <summary>The integers of an attribute; null if it is not there.</summary>
    internal IReadOnlyList<long>? OptionalIntegers(string name) => Find(name, OnnxAttributeTypes.Integers, "integers")?.Ints;

    /// <summary>The floats of an attribute; null if it is not there.</summary>
    internal IReadOnlyList<float>? OptionalReals(string name) => Find(name, OnnxAttributeTypes.Floats, "floats")?.Floats;

    internal TensorProto? Tensor(string name) => Find(name, OnnxAttributeTypes.Tensor, "a tensor") is { } attribute
        ? attribute.T ?? throw Fault($"its {name} holds no tensor")
        : null;

    private AttributeProto? Find(string name, int type, string kind)
    {
        AttributeProto? attribute = OnnxCall.Find(node.Attribute, name);
        OnnxCall? scope = call;
        while (attribute is { RefAttrName.Length: > 0 })
        {
            if (scope is null) throw Fault($"its {name} refers to an attribute of a function, but the node is in none");
            (attribute, scope) = scope.Attribute(attribute!.RefAttrName);
        }

        if (attribute is null || attribute.Type == type) return attribute;
        throw Fault($"its {name} must be {kind}");
    }
}
