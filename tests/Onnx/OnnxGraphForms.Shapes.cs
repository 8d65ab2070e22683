namespace FastNN.Tests.Onnx;

/// <content>Nodes that change only the shape, and nodes that take parts.</content>
public static partial class OnnxGraphForms
{
    private static readonly Dictionary<string, Func<Form>> s_shapes = new()
    {
        ["view(size(0), −1), Gather"] = Before(
            m => View(m, m.Node("Gather", m.Node("Shape", "x").Value, m.Typed<long>(7, [0])).Value), x => x, "batch", 1, 3),
        ["view(size(0), −1), Cast between"] = Before(
            m => View(m, m.Node("Gather", m.Node("Cast", m.Node("Shape", "x").Value).With("to", 6).Value, m.Typed<long>(7, [0])).Op("Cast")
                .With("to", 7).Value),
            x => x, "batch", 3, 1),
        ["view(size(0), −1), Slice"] = Before(
            m => m.Node("Reshape", "x", m.Node("Concat", m.Node("Slice", m.Node("Shape", "x").Value, m.Integers(0), m.Integers(1)).Value,
                m.Integers(-1)).With("axis", 0).Value),
            x => x, "batch", 1, 3),
        ["view(size(0), n) by a product of Shape"] = Before(
            m =>
            {
                string shape = m.Node("Shape", "x").Value;
                string one = m.Node("Gather", shape, m.Typed<long>(7, [1])).Value;
                string two = m.Node("Gather", shape, m.Typed<long>(7, [2])).Value;
                string product = m.Node("Unsqueeze", m.Node("Mul", one, two).Value, m.Integers(0)).Value;
                string batch = m.Node("Slice", shape, m.Integers(0), m.Integers(1), m.Integers(0)).Value;
                return m.Node("Reshape", "x", m.Node("Concat", batch, product).With("axis", 0).Value);
            },
            x => x, "batch", 1, 3),
        ["Shape with start and end"] = Before(
            m => m.Node("Reshape", "x", m.Node("Concat", m.Node("Shape", "x").With("end", 1).Value, m.Integers(3)).With("axis", 0).Value),
            x => x, "batch", 3, 1),
        ["Unsqueeze and Squeeze"] = Before(m => m.Op("Unsqueeze", m.Integers(1)).Op("Squeeze", m.Integers(1)), x => x),
        ["Unsqueeze and Squeeze by attributes"] = Before(
            m => m.Op("Unsqueeze").With("axes", new long[] { 2 }).Op("Squeeze").With("axes", new long[] { -1 }).Opset(11), x => x),
        ["Transpose of axes of length 1"] = Before(
            m => m.Op("Transpose").With("perm", new long[] { 0, 2, 1 }).Op("Flatten"), x => x, "batch", 1, 3),
        ["Transpose there and back"] = Before(m => m.Op("Transpose").Op("Transpose").With("perm", new long[] { 1, 0 }), x => x),
        ["Linear layers on [batch, 1, n]"] = BeforeMatMul(m => m, "batch", 1, 3),
        ["Linear layers on [1, batch, n]"] = BeforeMatMul(m => m.Op("Unsqueeze", m.Integers(0)), "batch", 3),
        ["Linear layers on one sample of [1, 1, n]"] = BeforeMatMul(m => m, 1, 1, 3),
        ["Unsqueeze and Squeeze of one sample"] = Before(m => m.Op("Unsqueeze", m.Integers(0)).Op("Squeeze", m.Integers(0)), x => x, 1, 3),
        ["Unsqueeze, Transpose and Reshape of one sample"] = Before(
            m => m.Op("Unsqueeze", m.Integers(0)).Op("Transpose").With("perm", new long[] { 0, 2, 1 }).Op("Reshape", m.Integers(1, 3)),
            x => x, 1, 3),
        ["A vector of one value"] = () =>
        {
            var m = new OnnxBuilder(1);
            m.Op("Unsqueeze", m.Integers(1)).Op("Squeeze", m.Integers(1)).Op("MatMul", m.Raw(Four, 1, 4));
            return new(m, x => [.. Four.Select(w => w * x[0])]);
        },
        ["Parts of a vector"] = () =>
        {
            var m = new OnnxBuilder(3);
            MatMul(MatMul(m, First).Op("Relu"), Second).Op("Gather", m.Typed<long>(7, [1])).With("axis", 0);
            return new(m, x => [Plain(x)[1]]);
        },
        ["Concat of one"] = Before(m => m.Op("Concat").With("axis", -1), x => x),
        ["Expand to the same"] = Before(m => m.Op("Expand", m.Integers(1, 3)), x => x),
        ["Slice of everything"] = Before(m => m.Op("Slice", m.Integers(0), m.Integers(long.MaxValue), m.Integers(1)), x => x),
        ["Cast to DOUBLE and back"] = Before(m => m.Op("Cast").With("to", 11).Op("Cast").With("to", 1), x => x),
        ["A part of the input"] = Before(m => m.Op("Slice", m.Integers(2), m.Integers(5), m.Integers(1)), x => x[2..5], "batch", 6),
        ["A part of the input, standardised"] = Before(
            m => m.Op("Slice", m.Integers(-3), m.Integers(100), m.Integers(-1)).Op("Sub", m.Raw(Mean, 3)).Op("Mul", m.Raw(Factor, 3)),
            x => Standardized(x[3..]), "batch", 6),
        ["A part of the input behind Tanh"] = Before(
            m => m.Op("Tanh").Op("Slice", m.Integers(1), m.Integers(4), m.Integers(1)), x => [.. x[1..4].Select(Math.Tanh)], "batch", 6),
        ["A part behind ReLU, then a clip"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Gemm(First).Op("Relu");
            m.Op("Slice", m.Integers(1), m.Integers(3), m.Integers(1)).Op("Min", m.Raw([1f]));
            return new(m, x => [.. Hidden(x)[1..3].Select(a => Math.Min(a, 1))]);
        },
        ["Half of the outputs, Split"] = Behind(m => Half(m.Op("Split").With("axis", 1)), y => [y[0]]),
        ["Half of the outputs, Split by lengths"] = Behind(
            m => Half(m.Op("Split", m.Integers(1, 1)).With("axis", -1)), y => [y[0]]),
        ["Half of the outputs, Slice by attributes"] = Behind(
            m => m.Op("Slice").With("starts", new long[] { 1 }).With("ends", new long[] { 2 }).With("axes", new long[] { 1 }).Opset(9),
            y => [y[1]]),
        ["Half of the outputs, Gather"] = Behind(m => m.Op("Gather", m.Integers(1)).With("axis", 1), y => [y[1]]),
        ["One output, Gather by a scalar"] = Behind(m => m.Op("Gather", m.Typed<long>(7, [-1])).With("axis", 1), y => [y[1]]),
        ["Half behind Tanh and a factor"] = Behind(
            m => m.Op("Tanh").Op("Mul", m.Raw([2f, 3f], 2)).Op("Slice", m.Integers(1), m.Integers(2), m.Integers(1)),
            y => [3 * Math.Tanh(y[1])]),
        ["Part behind ReLU and a factor for each"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Gemm(First).Op("Relu");
            m.Op("Slice", m.Integers(1), m.Integers(3), m.Integers(1)).Op("Mul", m.Raw([2f, -1f], 2));
            m.Op("Gemm", m.Raw(Second.Weights[..4], 2, 2));
            return new(m, x =>
            {
                double[] a = Hidden(x), w = [.. Second.Weights[..4].ToArray().Select(value => (double)value)];
                return [2 * a[1] * w[0] - a[2] * w[2], 2 * a[1] * w[1] - a[2] * w[3]];
            });
        },
        ["Squeeze at the end"] = Behind(
            m => m.Op("Slice", m.Integers(0), m.Integers(1), m.Integers(1)).Op("Squeeze", m.Integers(1)), y => [y[0]]),
        ["Reshape to [−1] at the end"] = Behind(
            m => m.Op("Slice", m.Integers(0), m.Integers(1), m.Integers(1)).Op("Reshape", m.Integers(-1)), y => [y[0]]),
        ["Weights that are a vector"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Gemm(First).Op("Relu");
            return new(m.Op("MatMul", m.Raw(Four, 4)), x => [Hidden(x).Select((a, j) => a * Four[j]).Sum()]);
        },
        ["Columns"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Op("Transpose");
            m.OpLast("MatMul", Transposed(m, First)).Op("Add", m.Raw(First.Biases, 4, 1)).Op("Relu");
            return new(m.OpLast("MatMul", Transposed(m, Second)).Op("Add", m.Raw(Second.Biases, 2, 1)).Op("Transpose"), Plain);
        },
        ["Gemm with the data as its second"] = () =>
        {
            var m = new OnnxBuilder("batch", 3);
            m.OpLast("Gemm", Transposed(m, First)).With("transB", 1).Op("Add", m.Raw(First.Biases, 4, 1)).Op("Transpose").Op("Relu");
            return new(m.Gemm(Second), Plain);
        },
        ["Both classes of a sigmoid"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Gemm(First).Op("Relu");
            string p = m.Op("MatMul", m.Raw(Four, 4, 1)).Op("Sigmoid").Value, q = m.OpLast("Sub", m.Raw([1f])).Value;
            return new(m.Node("Concat", q, p).With("axis", 1), x =>
            {
                double one = 1 / (1 + Math.Exp(-Hidden(x).Select((a, j) => a * Four[j]).Sum()));
                return [1 - one, one];
            });
        },
    };

    /// <summary>Reshape to [batch, −1].</summary>
    private static OnnxBuilder View(OnnxBuilder m, string batch)
    {
        string axes = m.Integers(0), rest = m.Integers(-1), shape = m.Node("Unsqueeze", batch, axes).Value;
        return m.Node("Reshape", "x", m.Node("Concat", shape, rest).With("axis", 0).Value);
    }

    /// <summary>Gives the last node a second output, which nobody reads.</summary>
    private static OnnxBuilder Half(OnnxBuilder m)
    {
        m.Graph.Node[^1].Output.Add("other half");
        return m;
    }
}
