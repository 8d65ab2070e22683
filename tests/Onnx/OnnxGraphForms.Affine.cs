namespace FastNN.Tests.Onnx;

/// <content>Factors and offsets before, between and behind layers.</content>
public static partial class OnnxGraphForms
{
    private static readonly Dictionary<string, Func<Form>> s_affine = new()
    {
        ["Sub and Mul before"] = Before(m => m.Op("Sub", m.Raw(Mean, 3)).Op("Mul", m.Raw(Factor, 3)), Standardized),
        ["Sub and Div before, [1, n]"] = Before(
            m => m.Op("Sub", m.Raw(Mean, 1, 3)).Op("Div", m.Raw([.. Factor.Select(f => 1 / f)], 1, 3)),
            Standardized),
        ["Sub, Div and Clip before"] = Before(
            m => m.Op("Sub", m.Raw(Mean, 3)).Op("Mul", m.Raw(Factor, 3)).Op("Clip", m.Raw([-1f]), m.Raw([1f])),
            x => [.. Standardized(x).Select(value => Math.Clamp(value, -1, 1))]),
        ["Clip before"] = Before(
            m => m.Op("Clip", m.Raw([-1f]), m.Raw([1f])), x => [.. x.Select(value => Math.Clamp(value, -1, 1))]),
        ["Div by 255"] = Before(m => m.Op("Div", m.Raw([255f])), x => [.. x.Select(value => value / 255)]),
        ["Mul and Sub of scalars"] = Before(
            m => m.OpLast("Mul", m.Raw([0.25f])).Op("Sub", m.Raw([1f], 1)), x => [.. x.Select(value => value * 0.25 - 1)]),
        ["Sub from a constant"] = Before(m => m.OpLast("Sub", m.Raw(Mean, 3)), x => [.. x.Select((value, j) => Mean[j] - value)]),
        ["A factor of 0"] = Before(m => m.Op("Mul", m.Raw([1f, 0f, 2f], 3)), x => [x[0], 0, 2 * x[2]]),
        ["A factor that no float holds"] = Before(
            m => m.Op("Mul", m.Typed<double>(11, [1e-30])).Op("Mul", m.Typed<double>(11, [1e-20])).Op("Mul", m.Typed<double>(11, [1e50])),
            x => x),
        ["BatchNormalization before"] = Before(
            m => BatchNormalization(m, 3), x => [.. x.Select((value, j) => Normalized(value, j))]),
        ["Scaler"] = Before(m => Domain(m.Op("Scaler").With("offset", Mean).With("scale", Factor), "ai.onnx.ml"), Standardized),
        ["Scaler of one number"] = Before(
            m => Domain(m.Op("Scaler").With("offset", (float[])[0.5f]).With("scale", (float[])[2f]), "ai.onnx.ml"),
            x => [.. x.Select(value => (value - 0.5) * 2)]),
        ["Weights and Standardizer, MatMul"] = () => new(
            MatMul(MatMul(new OnnxBuilder("batch", 3) is var m ? m.Op("Sub", m.Raw(Mean, 3)) : m, First).Op("Relu"), Second),
            x => Plain([.. x.Select((value, j) => value - Mean[j])])),
        ["BatchNormalization behind a layer"] = BeforeRelu(m => BatchNormalization(m, 4), Normalized),
        ["Mul and Add behind a layer"] = BeforeRelu(
            m => m.Op("Mul", m.Raw(Four, 4)).Op("Add", m.Raw([1f])), (z, j) => z * Four[j] + 1),
        ["BatchNormalization behind ReLU"] = BehindRelu(m => BatchNormalization(m, 4), Normalized),
        ["Mul and Add behind ReLU"] = BehindRelu(
            m => m.OpLast("Mul", m.Raw(Four, 1, 4)).Op("Add", m.Raw(Four, 4)), (a, j) => a * Four[j] + Four[j]),
        ["A factor behind ReLU, and then two layers without an activation between"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Gemm(First).Op("Relu");
            m.Op("Mul", m.Raw(Four, 4)).Gemm(Second);
            return new(m.Op("MatMul", m.Raw([1f, 2f, 3f, 4f, 5f, 6f], 2, 3)), x =>
            {
                double[] y = Output([.. Hidden(x).Select((a, j) => a * Four[j])]);
                return [y[0] + 4 * y[1], 2 * y[0] + 5 * y[1], 3 * y[0] + 6 * y[1]];
            });
        },
        ["BatchNormalization before SiLU"] = () =>
        {
            OnnxBuilder m = BatchNormalization(new OnnxBuilder("batch", 3).Gemm(First), 4);
            string z = m.Value;
            return new(m.Node("Mul", z, m.Op("Sigmoid").Value).Gemm(Second), x => Output([.. OnnxFormTests.Layer(First, x)
                .Select((value, j) => Normalized(value, j) / (1 + Math.Exp(-Normalized(value, j))))]));
        },
        ["BatchNormalization before GELU by Tanh"] = () =>
        {
            OnnxBuilder m = BatchNormalization(new OnnxBuilder("batch", 3).Gemm(First), 4);
            string z = m.Value, cube = m.Op("Pow", m.Raw([3f])).Op("Mul", m.Raw([0.044715f])).Value;
            string tanh = m.Node("Add", z, cube).Op("Mul", m.Raw([0.797884583f])).Op("Tanh").Op("Add", m.Raw([1f])).Value;
            return new(m.Node("Mul", z, tanh).Op("Mul", m.Raw([0.5f])).Gemm(Second), x => Output([.. OnnxFormTests.Layer(First, x)
                .Select((value, j) => Activation.GeluTanh.Exact(Normalized(value, j)))]));
        },
        ["A factor of 0 before GELU by Tanh"] = () =>
        {
            OnnxBuilder m = new OnnxBuilder("batch", 3).Gemm(First);
            string z = m.Op("Mul", m.Raw([0f, 1f, 2f, -1f], 4)).Value, cube = m.Op("Pow", m.Raw([3f])).Op("Mul", m.Raw([0.044715f])).Value;
            string tanh = m.Node("Add", z, cube).Op("Mul", m.Raw([0.797884583f])).Op("Tanh").Op("Add", m.Raw([1f])).Value;
            return new(m.Node("Mul", z, tanh).Op("Mul", m.Raw([0.5f])).Gemm(Second), x => Output([.. OnnxFormTests.Layer(First, x)
                .Select((value, j) => Activation.GeluTanh.Exact(value * new[] { 0, 1, 2, -1 }[j]))]));
        },
        ["Mul and Add behind the last layer"] = Behind(
            m => m.Op("Mul", m.Raw([3f, -0.5f], 2)).Op("Add", m.Raw([1f, 2f], 2)), y => [3 * y[0] + 1, -0.5 * y[1] + 2]),
        ["Add, Mul and Sub behind the last layer"] = Behind(
            m => m.Op("Add", m.Raw([1f])).Op("Mul", m.Raw([3f])).Op("Sub", m.Raw([0.5f, 1f], 2)),
            y => [3 * (y[0] + 1) - 0.5, 3 * (y[1] + 1) - 1]),
        ["A factor of 0 behind the last layer"] = Behind(m => m.Op("Mul", m.Raw([0f, 2f], 2)), y => [0, 2 * y[1]]),
        ["Factors behind the last Tanh"] = Behind(
            m => m.Op("Tanh").Op("Mul", m.Raw([2f])).Op("Add", m.Raw([1f, 0f], 2)), y => [2 * Math.Tanh(y[0]) + 1, 2 * Math.Tanh(y[1])]),
        ["Clip and Div behind the last layer"] = Behind(
            m => m.Op("Clip", m.Raw([-3f]), m.Raw([3f])).Op("Div", m.Raw([3f])), y => [.. y.Select(value => Math.Clamp(value, -3, 3) / 3)]),
        ["Softmax of z/T"] = Behind(m => m.Op("Div", m.Raw([1.7f])).Op("Softmax"), y => Softmax([.. y.Select(z => z / 1.7f)])),
        ["Softmax of scaled z"] = Behind(
            m => m.Op("Mul", m.Raw([0.6f, 2f], 2)).Op("Softmax").With("axis", 1), y => Softmax([0.6f * y[0], 2 * y[1]])),
    };

    private static OnnxBuilder BatchNormalization(OnnxBuilder m, int width) => m.Op(
        "BatchNormalization", m.Raw(Four.AsSpan(0, width), width), m.Raw(new float[] { 1, 2, -1, 0 }.AsSpan(0, width), width),
        m.Raw(new float[] { 0.5f, 0, -1, 2 }.AsSpan(0, width), width), m.Raw(new float[] { 1, 0.25f, 2, 0.5f }.AsSpan(0, width), width))
        .With("epsilon", 1e-3f);

    private static double Normalized(double x, int j) =>
        (x - new[] { 0.5, 0, -1, 2 }[j]) / Math.Sqrt(new[] { 1, 0.25, 2, 0.5 }[j] + 1e-3f) * Four[j] + new double[] { 1, 2, -1, 0 }[j];
}
