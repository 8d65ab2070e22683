using System.Text;
using FastNN.Files;
using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>A node of a graph and its attributes. It makes the exceptions about this node.</summary>
internal sealed class OnnxOperation(int index, NodeProto node)
{
    internal const string StandardDomain = "ai.onnx";
    private const int MostInputs = 16; // a limit, because each reading of a constant loops over them

    /// <summary>The operator, with its domain if that is not the domain of ONNX.</summary>
    internal string Type { get; } =
        node.Domain is "" or StandardDomain ? node.OpType : $"{FileText.Clip(node.Domain)}.{FileText.Clip(node.OpType)}";

    internal IReadOnlyList<string> Inputs => node.Input;

    internal IReadOnlyList<string> Outputs => node.Output;

    /// <summary>For example "node 3 'fc1' (Gemm)".</summary>
    public override string ToString() =>
        $"node {index} {OnnxFault.Quote(node.Name)} ({(Type.Length == 0 ? "no operator" : FileText.Clip(Type))})";

    internal ModelFormatException Fault(string reason) => OnnxFault.Of($"N{ToString()[1..]}", reason);

    /// <summary>
    /// Checks the number of inputs, without empty names at the end. Checks that the required inputs have a name, that there is one output,
    /// and that there are no attributes except the given ones.
    /// </summary>
    internal void Expect(int fewestInputs, int mostInputs, params ReadOnlySpan<string> attributes)
    {
        int inputs = node.Input.Count;
        if (inputs > MostInputs) throw Fault($"it must have at most {MostInputs} inputs, but has {inputs}");
        while (inputs > 0 && node.Input[inputs - 1].Length == 0) inputs--;
        if (inputs < fewestInputs || inputs > mostInputs)
            throw Fault($"it must have {fewestInputs}{(mostInputs > fewestInputs ? $" to {mostInputs}" : "")} inputs, but has {inputs}");
        for (int k = 0; k < fewestInputs; k++)
        {
            if (node.Input[k].Length == 0) throw Fault($"its input {k} has no name");
        }

        if (node.Output.Count != 1) throw Fault($"it must have one output, but has {node.Output.Count}");
        if (node.Output[0].Length == 0) throw Fault("its output has no name");
        ExpectAttributes(attributes);
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

    /// <summary>The name of an optional input; empty if it is not there.</summary>
    internal string OptionalInput(int k) => k < node.Input.Count ? node.Input[k] : "";

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

    /// <summary>The integers of an attribute; none if it is not there.</summary>
    internal IReadOnlyList<long> Integers(string name) => Find(name, OnnxAttributeTypes.Integers, "integers")?.Ints ?? (IReadOnlyList<long>)[];

    internal TensorProto? Tensor(string name) => Find(name, OnnxAttributeTypes.Tensor, "a tensor") is { } attribute
        ? attribute.T ?? throw Fault($"its {name} holds no tensor")
        : null;

    private AttributeProto? Find(string name, int type, string kind)
    {
        for (int k = 0; k < node.Attribute.Count; k++)
        {
            AttributeProto attribute = node.Attribute[k];
            if (attribute.Name != name) continue;
            return attribute.Type == type ? attribute : throw Fault($"its {name} must be {kind}");
        }

        return null;
    }
}
