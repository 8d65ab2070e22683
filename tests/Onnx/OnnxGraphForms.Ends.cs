using FastNN.Onnx;

namespace FastNN.Tests.Onnx;

/// <content>Several inputs and outputs, dead nodes, and operators of ONNX Runtime.</content>
public static partial class OnnxGraphForms
{
    private static readonly Dictionary<string, Func<Form>> s_ends = new()
    {
        ["An input that passes through"] = () => Edited(m =>
        {
            m.Graph.Input.Add(OnnxBuilder.Describe("state", "batch"));
            m.Output("batch", 2).Node("Identity", "state").Output("batch");
        }),
        ["A constant output"] = () => Edited(m =>
        {
            string version = m.Raw([3f], 1);
            m.Output("batch", 2);
            m.Value = version;
            m.Output(1);
        }),
        ["The input passes through too"] = () => Edited(m => m.Output("batch", 2).Node("Identity", "x").Output("batch", 3)),
        ["A label first"] = () => Edited(m =>
        {
            string y = m.Value;
            m.Op("ArgMax").With("axis", 1).With("keepdims", 0).Op("Cast").With("to", 1).Output("batch");
            m.Value = y;
            m.Output("batch", 2);
        }),
        ["A label of a type of labels"] = () => Edited(m =>
        {
            string y = m.Value;
            m.Op("Greater", m.Raw([0f])).Op("Cast").With("to", 7).Output("batch", 2);
            m.Graph.Output[^1].Type.TensorType.ElemType = 7;
            m.Value = y;
            m.Output("batch", 2);
        }),
        ["Two names of one output"] = () => Edited(m => m.Output("batch", 2).Op("Identity").Output("batch", 2)),
        ["The first of two heads"] = () => Edited(
            m => m.Output("batch", 2).Op("Tanh").Output("batch", 2), output: "v2"),
        ["Dead nodes"] = () => Edited(m =>
        {
            string y = m.Value;
            m.Node("Conv", "x").Node("NoSuchOperator", m.Value, y).Node("Shape", "x");
            m.Value = y;
        }),
        ["FusedGemm"] = () =>
        {
            var m = new OnnxBuilder("batch", 3);
            Domain(m.Op("FusedGemm", m.Raw(First.Weights, 3, 4), m.Raw(First.Biases, 4)).With("activation", "Relu"), "com.microsoft");
            return new(m.Gemm(Second), Plain);
        },
        ["FusedGemm, and a part"] = () =>
        {
            var m = new OnnxBuilder("batch", 3);
            Domain(m.Op("FusedGemm", m.Raw(First.Weights, 3, 4), m.Raw(First.Biases, 4)).With("activation", "Relu"), "com.microsoft");
            m.Op("Slice", m.Integers(1), m.Integers(3), m.Integers(1)).Op("Clip", m.Raw([0f]), m.Raw([1f]));
            m.Op("Gemm", m.Raw(Second.Weights[..4], 2, 2));
            return new(m, x =>
            {
                double[] a = [.. Hidden(x)[1..3].Select(value => Math.Min(value, 1))];
                return [a[0] * Second.Weights[0] + a[1] * Second.Weights[2], a[0] * Second.Weights[1] + a[1] * Second.Weights[3]];
            });
        },
        ["FusedMatMul"] = () =>
        {
            var m = new OnnxBuilder("batch", 3);
            float[] quarter = [.. OnnxBuilder.Transpose(First.Weights, 3, 4).Select(w => w / 4)];
            Domain(m.Op("FusedMatMul", m.Raw(quarter, 4, 3)).With("alpha", 4f).With("transB", 1), "com.microsoft");
            return new(m.Op("Add", m.Raw(First.Biases, 4)).Op("Relu").Gemm(Second), Plain);
        },
        ["Softmax of an old opset"] = Behind(m => m.Op("Softmax").Opset(11), Softmax),
    };

    /// <summary>The plain graph, edited.</summary>
    private static Form Edited(Action<OnnxBuilder> edit, string? output = null)
    {
        OnnxBuilder model = new OnnxBuilder("batch", 3).Gemm(First).Op("Relu").Gemm(Second);
        string last = model.Value;
        edit(model);
        if (output != null) output = last;
        return new(model, Plain, new OnnxLoadOptions { Output = output });
    }
}
