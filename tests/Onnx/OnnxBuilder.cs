using System.Runtime.InteropServices;
using FastNN.Onnx.Schema;
using Google.Protobuf;

namespace FastNN.Tests.Onnx;

/// <summary>Models by hand, node by node. Each node reads the value of the node before, unless it is told otherwise.</summary>
internal sealed class OnnxBuilder
{
    private int _names;

    /// <param name="dimensions">The dimensions of the input: numbers, names, or null for unknown ones.</param>
    internal OnnxBuilder(params object?[] dimensions)
    {
        Model.Graph.Input.Add(Describe("x", dimensions));
    }

    internal ModelProto Model { get; } =
        new() { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = 15 } }, Graph = new GraphProto() };

    internal GraphProto Graph => Model.Graph;

    /// <summary>The value that the next node reads.</summary>
    internal string Value { get; set; } = "x";

    /// <summary>A node that reads the current value first and then the others.</summary>
    internal OnnxBuilder Op(string type, params string[] others) => Node(type, [Value, .. others]);

    /// <summary>A node that reads the others first and then the current value.</summary>
    internal OnnxBuilder OpLast(string type, params string[] others) => Node(type, [.. others, Value]);

    internal OnnxBuilder Node(string type, params string[] inputs)
    {
        var node = new NodeProto { OpType = type, Name = $"n{_names++}", Output = { $"v{_names}" } };
        node.Input.AddRange(inputs);
        Graph.Node.Add(node);
        Value = node.Output[0];
        return this;
    }

    /// <summary>Gives the last node an attribute: a float, an integer, a string, a tensor, floats or integers.</summary>
    internal OnnxBuilder With(string name, object value)
    {
        Graph.Node[^1].Attribute.Add(value switch
        {
            float f => new AttributeProto { Name = name, Type = 1, F = f },
            int i => new AttributeProto { Name = name, Type = 2, I = i },
            string s => new AttributeProto { Name = name, Type = 3, S = ByteString.CopyFromUtf8(s) },
            TensorProto t => new AttributeProto { Name = name, Type = 4, T = t },
            float[] floats => new AttributeProto { Name = name, Type = 6, Floats = { floats } },
            long[] integers => new AttributeProto { Name = name, Type = 7, Ints = { integers } },
            _ => throw new ArgumentException($"What kind of attribute is {value}?"),
        });
        return this;
    }

    /// <summary>An initializer in raw_data.</summary>
    internal string Typed<T>(int type, ReadOnlySpan<T> values, params long[] shape)
        where T : unmanaged
    {
        var tensor = new TensorProto
        {
            Name = $"c{_names++}",
            DataType = type,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
            Dims = { shape },
        };
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    internal string Raw(ReadOnlySpan<float> values, params long[] shape) => Typed(1, values, shape);

    /// <summary>An initializer in float_data.</summary>
    internal string List(ReadOnlySpan<float> values, params long[] shape)
    {
        var tensor = new TensorProto { Name = $"c{_names++}", DataType = 1, FloatData = { values.ToArray() }, Dims = { shape } };
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    internal string Integers(params long[] values) => Typed(7, values.AsSpan(), values.Length);

    /// <summary>z ← x·W + b of a layer.</summary>
    internal OnnxBuilder Gemm(Layer layer) => Op("Gemm", Raw(layer.Weights, layer.Inputs, layer.Outputs), Raw(layer.Biases, layer.Outputs));

    /// <summary>Makes it a model of another opset.</summary>
    internal OnnxBuilder Opset(int version)
    {
        Model.OpsetImport[0].Version = version;
        return this;
    }

    internal OnnxBuilder Output(params object?[] dimensions)
    {
        Graph.Output.Add(Describe(Value, dimensions));
        return this;
    }

    internal byte[] ToBytes()
    {
        if (Graph.Output.Count == 0) Output();
        return Model.ToByteArray();
    }

    /// <summary>A value of floats. Without dimensions its shape is unknown.</summary>
    internal static ValueInfoProto Describe(string name, params object?[] dimensions)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = 1, Shape = dimensions.Length == 0 ? null : new TensorShapeProto() };
        foreach (object? dimension in dimensions)
        {
            tensor.Shape!.Dim.Add(dimension switch
            {
                null => new TensorShapeProto.Types.Dimension(),
                string symbol => new TensorShapeProto.Types.Dimension { DimParam = symbol },
                _ => new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dimension) },
            });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    /// <summary>Transposes [n, m] to [m, n].</summary>
    internal static float[] Transpose(ReadOnlySpan<float> values, int rows, int columns)
    {
        var transposed = new float[values.Length];
        for (int k = 0; k < values.Length; k++) transposed[k % columns * rows + k / columns] = values[k];
        return transposed;
    }
}
