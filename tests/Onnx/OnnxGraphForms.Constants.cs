using FastNN.Onnx.Schema;

namespace FastNN.Tests.Onnx;

/// <content>Weights that are computed or stored in other ways.</content>
public static partial class OnnxGraphForms
{
    private static readonly Dictionary<string, Func<Form>> s_constants = new()
    {
        ["Weight norm, ReduceL2"] = Weights(
            (m, l) => Norm(m, l, (v, axes) => m.Node("ReduceL2", v).With("axes", axes).With("keepdims", 1).Value)),
        ["Weight norm, Sqrt of ReduceSum"] = Weights(
            (m, l) => Norm(m, l, (v, axes) =>
                m.Node("Sqrt", m.Node("ReduceSum", m.Node("Mul", v, v).Value, m.Integers(axes)).Value).Value)),
        ["Weight norm, Pow and ReduceSumSquare"] = Weights(
            (m, l) => Norm(m, l, (v, axes) =>
                m.Node("Pow", m.Node("ReduceSumSquare", v).With("axes", axes).With("keepdims", 1).Value, m.Raw([0.5f])).Value)),
        ["FLOAT16"] = Weights((m, l) => Half(m, l, 10), w => (double)(Half)w),
        ["FLOAT16 and Cast"] = Weights((m, l) => m.Node("Cast", Half(m, l, 10)).With("to", 1).Value, w => (double)(Half)w),
        ["BFLOAT16 and Cast"] = Weights(
            (m, l) => m.Node("Cast", Half(m, l, 16)).With("to", 1).Value,
            w => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(w) & unchecked((int)0xFFFF0000))),
        ["INT8, Cast and Mul"] = Weights(
            (m, l) =>
            {
                sbyte[] rounded = [.. l.Weights.ToArray().Select(w => (sbyte)MathF.Round(w * 80))];
                string w = m.Node("Cast", m.Typed<sbyte>(3, rounded, l.Inputs, l.Outputs)).With("to", 1).Value;
                return m.Node("Mul", w, m.Raw([0.0125f])).Value;
            },
            w => (sbyte)MathF.Round(w * 80) * 0.0125f),
        ["Transpose, Reshape, Squeeze and Unsqueeze"] = Weights((m, l) =>
        {
            string all = m.Raw(OnnxBuilder.Transpose(l.Weights, l.Inputs, l.Outputs), l.Weights.Length);
            string w = m.Node("Reshape", all, m.Integers(l.Outputs, -1)).Value;
            w = m.Node("Unsqueeze", m.Node("Transpose", w).Value, m.Integers(0, 3)).Value;
            return m.Node("Squeeze", m.Node("Transpose", w).With("perm", new long[] { 3, 1, 0, 2 }).Value, m.Integers(0, 2)).Value;
        }),
        ["Concat of rows and Slice"] = Weights((m, l) =>
        {
            string first = m.Raw(l.Weights[..l.Outputs], 1, l.Outputs), rest = m.Raw(l.Weights[l.Outputs..], l.Inputs - 1, l.Outputs);
            string all = m.Node("Concat", first, rest, first).With("axis", 0).Value;
            return m.Node("Slice", all, m.Integers(0), m.Integers(-1)).Value;
        }),
        ["Split of columns and Concat"] = Weights((m, l) =>
        {
            m.Node("Split", m.Raw(l.Weights, l.Inputs, l.Outputs), m.Integers(1, l.Outputs - 1)).With("axis", 1);
            string first = m.Value;
            m.Graph.Node[^1].Output.Add($"{first} rest");
            return m.Node("Concat", first, $"{first} rest").With("axis", -1).Value;
        }),
        ["Gather of rows"] = Weights((m, l) =>
        {
            IEnumerable<int> reversed = Enumerable.Range(0, l.Inputs).Reverse();
            float[] rows = [.. reversed.SelectMany(i => l.Weights.Slice(i * l.Outputs, l.Outputs).ToArray())];
            long[] indices = [.. reversed.Select(i => (long)i)];
            return m.Node("Gather", m.Raw(rows, l.Inputs, l.Outputs), m.Integers(indices)).Value;
        }),
        ["MatMul of constants"] = Weights((m, l) =>
        {
            float[] identity = [.. Enumerable.Range(0, l.Inputs * l.Inputs).Select(k => k % (l.Inputs + 1) == 0 ? 2f : 0f)];
            string twice = m.Node("MatMul", m.Raw(identity, l.Inputs, l.Inputs), m.Raw(l.Weights, l.Inputs, l.Outputs)).Value;
            return m.Node("Div", twice, m.Node("Expand", m.Raw([2f]), m.Integers(l.Inputs, 1)).Value).Value;
        }),
        ["ConstantOfShape and Where"] = Weights((m, l) =>
        {
            string zeros = m.Node("ConstantOfShape", m.Integers(l.Inputs, l.Outputs)).Value;
            return m.Node("Where", m.Typed<byte>(9, [1]), m.Node("Add", zeros, m.Raw(l.Weights, l.Inputs, l.Outputs)).Value, zeros).Value;
        }),
        ["Reciprocal, Neg, Abs, Exp, Log, Min and Max"] = Weights((m, l) =>
        {
            string w = m.Node("Reciprocal", m.Node("Reciprocal", m.Raw(l.Weights, l.Inputs, l.Outputs)).Value).Value;
            w = m.Node("Neg", m.Node("Sub", m.Raw([0f]), m.Node("Min", w, m.Raw([100f])).Value).Value).Value;
            string one = m.Node("Exp", m.Node("Log", m.Node("Abs", m.Raw([-1f])).Value).Value).Value;
            return m.Node("Mul", m.Node("Max", w, m.Raw([-100f])).Value, one).Value;
        }),
        ["Constants of all kinds"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Gemm(First).Op("Relu");
            string a = m.Value, four = m.Node("Constant").With("value_floats", Four).Value;
            string half = m.Node("Constant").With("value_float", 0.5f).Value, zero = m.Node("Constant").With("value_int", 0).Value;
            string shape = m.Node("Constant").With("value_ints", new long[] { 1, 4 }).Value;
            string scale = m.Node("Reshape", four, m.Node("Concat", m.Node("Gather", shape, m.Node("Unsqueeze", zero, m.Integers(0)).Value)
                .Value, m.Integers(-1)).With("axis", 0).Value).Value;
            return new(m.Node("Mul", m.Node("Mul", a, scale).Value, half).Gemm(Second),
                x => Output([.. Hidden(x).Select((value, j) => value * Four[j] * 0.5)]));
        },
        ["Constants through a long chain"] = Weights((m, l) =>
        {
            string w = m.Raw(l.Weights, l.Inputs, l.Outputs);
            for (int k = 0; k < 150; k++) w = m.Node("Transpose", w).Value;
            return w;
        }),
        ["A function that is called twice"] = () =>
        {
            var m = new OnnxBuilder("batch", 3);
            string w = m.Raw(First.Weights, 3, 4), v = m.Raw(Second.Weights, 4, 2), b = m.Raw(First.Biases, 4), c = m.Raw(Second.Biases, 2);
            Domain(m.Node("Layer", "x", w, b).With("slope", 0f), "test");
            Domain(m.Op("Layer", v, c).With("slope", 1f), "test");
            m.Model.Functions.Add(Function("Layer", ["x", "w", "b"], "y",
                new NodeProto { OpType = "Gemm", Input = { "x", "w", "b" }, Output = { "z" } },
                new NodeProto
                {
                    OpType = "LeakyRelu",
                    Input = { "z" },
                    Output = { "y" },
                    Attribute = { new AttributeProto { Name = "alpha", Type = 1, RefAttrName = "slope" } },
                }));
            return new(m, Plain);
        },
        ["Functions in functions"] = () =>
        {
            var m = new OnnxBuilder("batch", 3);
            Domain(m.Gemm(First).Node("Outer", m.Value), "test").Gemm(Second);
            m.Model.Functions.Add(Function("Outer", ["a", "unused"], "b",
                new NodeProto { OpType = "Inner", Domain = "test", Input = { "a" }, Output = { "c" } },
                new NodeProto { OpType = "Identity", Input = { "c" }, Output = { "b" } }));
            m.Model.Functions.Add(Function("Inner", ["c"], "a", new NodeProto { OpType = "Relu", Input = { "c" }, Output = { "a" } }));
            return new(m, Plain);
        },
    };

    /// <summary>g·v/‖v‖ = W, with v = 2·W. The norm is over the inputs.</summary>
    private static string Norm(OnnxBuilder m, Layer l, Func<string, long[], string> norm)
    {
        float[] v = [.. OnnxBuilder.Transpose(l.Weights, l.Inputs, l.Outputs).Select(w => 2 * w)];
        float[] g = [.. Enumerable.Range(0, l.Outputs).Select(j => MathF.Sqrt(
            Enumerable.Range(0, l.Inputs).Sum(i => l.Weights[i * l.Outputs + j] * l.Weights[i * l.Outputs + j])))];
        string direction = m.Raw(v, l.Outputs, l.Inputs), length = norm(direction, [1]);
        string w = m.Node("Mul", m.Node("Div", direction, length).Value, m.Raw(g, l.Outputs, 1)).Value;
        return m.Node("Transpose", w).With("perm", new long[] { 1, 0 }).Value;
    }

    private static string Half(OnnxBuilder m, Layer l, int type) => m.Typed<ushort>(
        type, [.. l.Weights.ToArray().Select(w => type == 10
            ? BitConverter.HalfToUInt16Bits((Half)w)
            : (ushort)(BitConverter.SingleToUInt32Bits(w) >> 16))], l.Inputs, l.Outputs);

    private static FunctionProto Function(string name, string[] inputs, string output, params NodeProto[] nodes) => new()
    {
        Name = name,
        Domain = "test",
        Input = { inputs },
        Output = { output },
        Node = { nodes },
    };
}
