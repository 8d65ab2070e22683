using FastNN.Onnx.Schema;
using Google.Protobuf.Collections;

namespace FastNN.Onnx;

/// <summary>A call of a local function of the model, from the graph or from another function.</summary>
/// <param name="Function">The function.</param>
/// <param name="Node">The node that calls it.</param>
/// <param name="Outer">The call of the function that this node is in; null in the graph itself.</param>
internal sealed record OnnxCall(FunctionProto Function, NodeProto Node, OnnxCall? Outer)
{
    /// <summary>How many calls are inside one another.</summary>
    internal int Depth { get; } = Outer is null ? 1 : Outer.Depth + 1;

    /// <summary>
    /// The value of an attribute of the function, and the call in whose scope its own references are. It is null if neither the call nor
    /// the function gives it.
    /// </summary>
    internal (AttributeProto? Attribute, OnnxCall? Scope) Attribute(string name) =>
        Find(Node.Attribute, name) is { } given ? (given, Outer) : (Find(Function.AttributeProto, name), null);

    internal bool Calls(FunctionProto function)
    {
        for (OnnxCall? call = this; call != null; call = call.Outer)
        {
            if (call.Function == function) return true;
        }

        return false;
    }

    internal static AttributeProto? Find(RepeatedField<AttributeProto> attributes, string name)
    {
        for (int k = 0; k < attributes.Count; k++)
        {
            if (attributes[k].Name == name) return attributes[k];
        }

        return null;
    }
}
