using FastNN.Onnx;
using FastNN.Onnx.Schema;
using Google.Protobuf;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>
/// Some models have parts that are not supported or that contradict themselves. The message names the node and the reason.
/// </summary>
public class OnnxErrorTests
{
    private static readonly float[] s_six = [1, 2, 3, 4, 5, 6];

    private static readonly Dictionary<string, (Func<OnnxBuilder> Model, string[] Message)> s_all = new()
    {
        ["unknown operator"] = (() => Layer().Op("Conv"), ["Node 1 'n3' (Conv)", "not supported"]),
        ["LogSoftmax"] = (() => Layer().Op("LogSoftmax"), ["Node 1 'n3' (LogSoftmax)", "no activation of FastNN"]),
        ["control flow"] = (() => Layer().Op("If"), ["Node 1 'n3' (If)", "not supported"]),
        ["quantised"] = (() => Layer().Op("QuantizeLinear", "c1"), ["(QuantizeLinear)", "not supported"]),
        ["another domain"] = (() => Domain(Layer().Op("Relu"), "com.example"), ["(com.example.Relu)", "not supported"]),
        ["no operator"] = (() => Layer().Op(""), ["Node 1 'n3' (no operator)", "not supported"]),
        ["LeakyRelu's alpha is NaN"] =
            (() => Layer().Op("LeakyRelu").With("alpha", float.NaN), ["(LeakyRelu)", "alpha must be finite, but is NaN"]),
        ["Clip's limits"] = (() => Clipped([1f], [1f]), ["(Clip)", "max must be greater than its min, 1, but is 1"]),
        ["Clip's limit of two values"] = (() => Clipped([1f, 2f]), ["(Clip)", "must be one number, but is FLOAT of shape [2]"]),
        ["HardSigmoid's alpha"] =
            (() => Layer().Op("HardSigmoid").With("alpha", 0f), ["(HardSigmoid)", "alpha must be greater than 0, but is 0"]),
        ["Selu's gamma"] = (() => Layer().Op("Selu").With("gamma", float.NaN), ["(Selu)", "gamma must be finite, but is NaN"]),
        ["Swish's alpha"] = (() => Layer().Op("Swish").With("alpha", 0f), ["(Swish)", "alpha must not be 0"]),
        ["Gelu's approximation"] = (() => Layer().Op("Gelu").With("approximate", "fast"), ["(Gelu)", "'none' or 'tanh', but is 'fast'"]),
        ["Softmax over the batch"] = (() => Layer().Op("Softmax").With("axis", 0), ["(Softmax)", "axis must be the last", "is 0"]),
        ["Softmax over axis 1 of a vector"] = (
            () => From(new OnnxBuilder(3), m => m.Op("MatMul", m.Raw(s_six, 3, 2)).Op("Softmax").With("axis", 1)),
            ["(Softmax)", "axis must be the last of [2], with all values of a sample, but is 1"]),
        ["Softmax before the last layer"] = (
            () => Layer().Op("Softmax").Op("MatMul", "c0t"),
            ["Node 1 'n3' (Softmax): it must be the end of the network, but node 2 'n4' (MatMul) reads it"]),
        ["an attribute of another type"] = (() => Layer().Op("LeakyRelu").With("alpha", 1), ["(LeakyRelu)", "alpha must be a float"]),
        ["an unknown attribute"] = (() => Layer().Op("Relu").With("limit", 6f), ["(Relu)", "attribute 'limit' is not supported"]),
        ["an attribute twice"] =
            (() => Layer().Op("LeakyRelu").With("alpha", 0.01f).With("alpha", 0.01f), ["(LeakyRelu)", "its attribute 'alpha' twice"]),
        ["one of four attributes twice"] = (() => Layer().With("beta", 1f).With("beta", 0f), ["(Gemm)", "its attribute 'beta' twice"]),
        ["NaN alpha"] = (() => Layer().With("alpha", float.NaN), ["Node 0 'n2' (Gemm)", "alpha must be finite, but is NaN"]),
        ["infinite beta"] = (() => Layer().With("beta", float.PositiveInfinity), ["(Gemm)", "beta must be finite"]),
        ["transB of 2"] = (() => Layer().With("transB", 2), ["(Gemm)", "transB must be 0 or 1, but is 2"]),
        ["transA behind a layer"] = (() => Layer().Op("Gemm", "c0t").With("transA", 1), ["(Gemm)", "transA = 1"]),
        ["an activation and no layer"] = (() => new OnnxBuilder("batch", 3).Op("Relu"), ["The graph", "has no layer"]),
        ["an addition and no layer"] =
            (() => From(new OnnxBuilder("batch", 3), m => m.Op("Add", m.Raw([1f]))), ["The graph", "has no layer"]),
        ["GELU with another sum"] = (() => Gelu(1.41421354f, 2f, 0.5f), ["Node 4 'n8' (Mul)", "not part of a known activation"]),
        ["GELU with a sum that is 2e-6 off"] = (() => Gelu(1.41421354f, 1.000002f, 0.5f), ["(Mul)", "not part of a known activation"]),
        ["a residual"] = (
            () => From(Square(), (m, z) => m.Node("Add", z, m.Op("Relu").Value)),
            ["(Add): it joins node 0 'n1' (Gemm) and node 1 'n2' (Relu); skip connections are not supported"]),
        ["a maximum of two shapes"] = (
            () => From(Square(), (m, z) => m.Node("Max", z, m.Op("Unsqueeze", m.Integers(1)).Value)),
            ["(Max): it joins values of the shapes [?, 2] and [?, 1, 2]"]),
        ["a quotient of two shapes"] = (
            () => From(Square(), (m, z) => m.Node("Div", m.Op("Unsqueeze", m.Integers(1)).Value, z)),
            ["(Div): it joins values of the shapes [?, 1, 2] and [?, 2]"]),
        ["a squared value"] = (
            () => From(Layer(), m => m.Node("Mul", m.Value, m.Value)),
            ["(Mul): its result is a polynomial of degree 2 of node 0 'n2' (Gemm)"]),
        ["a dead end"] = (() => Named(Layer().Op("Relu"), "elsewhere"), ["The graph", "has no layer"]),
        ["no such output"] = (() => Output(Layer(), "nowhere"), ["Graph output 'nowhere'", "no node gives it"]),
        ["no layer"] = (() => new OnnxBuilder("batch", 3).Op("Identity"), ["The graph", "has no layer"]),
        ["no input"] = (() => Inputs(Layer()), ["Node 0 'n2' (Gemm)", "nothing gives its input 'x'"]),
        ["two outputs"] = (
            () => Layer().Output().Op("Relu").Output(),
            ["The graph: several outputs are networks, 'v3', 'v4'; choose one: new OnnxLoadOptions { Output = \"v3\" }"]),
        ["an old opset"] = (() => Opset(Layer(), 6), ["The model", "opset 6"]),
        ["an input of another type"] = (() => InputType(Layer(), 6), ["Graph input 'x'", "INT32"]),
        ["an input of negative length"] =
            (() => Layer(3, -2, 3), ["Graph input 'x'", "dimension 0 must be at least -1, but is -2"]),
        ["an output of another length"] = (() => Layer().Output("batch", 7), ["Graph output", "claims 7 values", "gives 2"]),
        ["an input of another length"] = (() => Layer(3, "batch", 4), ["Node 0 'n2' (Gemm)", "take 3 values, but it gets 4"]),
        ["layers that do not fit"] =
            (() => From(Layer(), m => m.Op("MatMul", m.Raw(s_six, 3, 2))), ["(MatMul)", "take 3 values, but it gets 2"]),
        ["an image"] = (() => Layer(3, "batch", 1, 3), ["(Gemm)", "Flatten or Reshape"]),
        ["a vector to Gemm"] = (() => Layer(3, 3), ["(Gemm)", "[batch, n], but gets [3]"]),
        ["weights first for a batch"] = (
            () => From(new OnnxBuilder("batch", 3), m => m.OpLast("MatMul", m.Raw(s_six, 2, 3))), ["(MatMul)", "must be its first input"]),
        ["Gemm of a constant"] =
            (() => From(new OnnxBuilder("batch", 3), m => m.OpLast("Gemm", m.Raw(s_six, 2, 3))), ["(Gemm)", "as its first input"]),
        ["Flatten from another axis"] =
            (() => new OnnxBuilder("batch", 3, 1).Op("Flatten").With("axis", 2), ["Node 0 'n0' (Flatten)", "from axis 1 on"]),
        ["Flatten of more than can be"] = (
            () => From(
                new OnnxBuilder("batch", int.MaxValue, int.MaxValue, int.MaxValue, 2), m => m.Op("Flatten").Op("Gemm", m.Raw(s_six, 2, 3))),
            ["Node 0 'n0' (Flatten)", "more than 2147483647 values", "[?, 2147483647, 2147483647, 2147483647, 2]"]),
        ["Flatten of more than can be, of unknown lengths too"] = (
            () => new OnnxBuilder("batch", null, 1L << 62, "width", 4).Op("Flatten"), ["(Flatten)", "more than 2147483647 values"]),
        ["Reshape of more than can be"] = (
            () => From(new OnnxBuilder("batch", 1 << 16, 1 << 16), m => m.Op("Reshape", m.Integers(-1, 2)).Op("Gemm", m.Raw(s_six, 2, 3))),
            ["Node 0 'n1' (Reshape)", "more than 2147483647 values"]),
        ["Reshape that makes samples"] = (() => Reshape(-1, 3), ["(Reshape)", "makes [-1, 3] of [?, 2, 3]"]),
        ["Reshape to columns"] = (() => Reshape(3, -1), ["(Reshape)", "makes [3, -1] of [?, 2, 3]"]),
        ["Reshape to zero"] = (() => Reshape(0, -1).With("allowzero", 1), ["(Reshape)", "makes [0, -1]"]),
        ["Reshape to two unknowns"] = (() => Reshape(-1, -1), ["(Reshape)", "makes [-1, -1]"]),
        ["Reshape of the batch"] = (() => Reshape(6, 6), ["(Reshape)", "makes [6, 6]"]),
        ["Reshape by floats"] =
            (() => From(new OnnxBuilder("batch", 3), m => m.Op("Reshape", m.Raw([1f, 2f], 2))), ["(Reshape)", "integers", "FLOAT"]),
        ["Cast to integers"] = (() => Layer().Op("Cast").With("to", 7), ["(Cast)", "casts to INT64"]),
        ["Dropout that trains"] =
            (() => From(Layer(), m => m.Op("Dropout", "", m.Typed<byte>(9, [1]))), ["(Dropout)", "training_mode must be false"]),
        ["Dropout of several modes"] = (
            () => From(Layer(), m => m.Op("Dropout", "", m.Typed<byte>(9, [0, 0], 2))),
            ["(Dropout)", "training_mode must be one value, but is BOOL of shape [2]"]),
        ["Dropout of a mode that is a number"] =
            (() => From(Layer(), m => m.Op("Dropout", "", m.Raw([0f]))), ["(Dropout)", "training_mode must be false"]),
        ["Dropout's mask"] = (() => Mask(Layer().Op("Dropout")), ["(Dropout)", "its output 'mask' is not supported"]),
        ["three operands"] = (() => Layer().Op("Add", "c1", "c1"), ["(Add)", "must have 2 inputs, but has 3"]),
        ["no second operand"] = (() => Layer().Op("Add"), ["(Add)", "must have 2 inputs, but has 1"]),
        ["an operand without a name"] = (() => new OnnxBuilder().Node("MatMul", "", "x"), ["(MatMul)", "input 0 has no name"]),
        ["several outputs of a node"] = (() => SecondOutput(Layer()), ["(Gemm)", "must have one output, but has 2"]),
        ["weights that are computed"] = (
            () => From(Layer(), (m, z) => m.Node("MatMul", z, m.Node("Shape", "c0").Value)),
            ["(MatMul)", "must be a matrix of real numbers, but are INT64 of shape"]),
        ["a value that nothing gives"] = (() => Layer().Op("MatMul", "gone"), ["(MatMul)", "nothing gives its input 'gone'"]),
        ["a cycle"] = (() => Cycle(Layer()), ["Node 2 'n4' (Identity)", "depends on its own output"]),
        ["a name twice"] = (() => Again(Layer()), ["Initializer 'c0'", "twice"]),
        ["an output twice"] = (() => Rename(Layer().Op("Relu"), "v3"), ["Node 1 'n3' (Relu)", "output 'v3' is given twice"]),
        ["a Constant of another kind"] = (
            () => From(new OnnxBuilder(), m => m.Node("MatMul", "x", m.Node("Constant").With("value_string", "1").Value)),
            ["(Constant)", "'value_string' is not supported"]),
        ["a Constant without value"] = (
            () => From(new OnnxBuilder(), m => m.Node("MatMul", "x", m.Node("Constant").Value)), ["(Constant)", "no attribute 'value'"]),
        ["weights of integers"] = (
            () => From(new OnnxBuilder(), m => m.Op("MatMul", m.Typed<long>(7, [1, 2], 1, 2))),
            ["(MatMul)", "must be a matrix of real numbers, but are INT64 of shape [1, 2]"]),
        ["biases of another length"] = (
            () => From(Layer(), m => m.Op("Add", m.Raw([1f, 2f, 3f], 3))),
            ["(Add)", "one for each value of a sample of [?, 2], but is FLOAT of shape [3]"]),
        ["biases of columns"] = (() => From(Layer(), m => m.Op("Add", m.Raw([1f, 2f], 2, 1))), ["(Add)", "of shape [2, 1]"]),
        ["FLOAT16"] = (() => Layer(edit: tensor => tensor.DataType = 10), ["(Gemm)", "FLOAT16, 6 values of 2 bytes, but has 24 bytes"]),
        ["STRING"] = (() => Layer(edit: tensor => tensor.DataType = 8), ["(Gemm)", "tensor 'c0' is of type STRING"]),
        ["a type that is not known"] = (() => Layer(edit: tensor => tensor.DataType = -5), ["(Gemm)", "tensor 'c0' is of type number -5"]),
        ["external data"] = (
            () => Layer(edit: tensor => (tensor.RawData, tensor.DataLocation) = (ByteString.Empty, 1)),
            ["(Gemm)", "tensor 'c0'", "external data"]),
        ["no data"] = (() => Layer(edit: tensor => tensor.RawData = ByteString.Empty), ["(Gemm)", "[3, 2]", "but has 0 values"]),
        ["too little data"] = (
            () => Layer(edit: tensor => tensor.RawData = ByteString.CopyFrom(new byte[20])),
            ["(Gemm)", "[3, 2]", "6 values of 4 bytes, but has 20 bytes"]),
        ["data twice"] = (() => Layer(edit: tensor => tensor.FloatData.Add(s_six)), ["(Gemm)", "data twice"]),
        ["a length of zero"] = (() => Layer(edit: tensor => tensor.Dims[0] = 0), ["(Gemm)", "[0, 2]", "at least 1"]),
        ["a negative length"] = (() => Layer(edit: tensor => tensor.Dims[1] = -2), ["(Gemm)", "[3, -2]", "at least 1"]),
        ["lengths that overflow"] = (
            () => Layer(edit: tensor => (tensor.Dims[0], tensor.Dims[1]) = (1L << 32, 1L << 32)),
            ["(Gemm)", "is of shape [4294967296, 4294967296]; every length must be at least 1, and their product at most 2147483647"]),
        ["lengths whose product overflows to the number of values"] = (
            () => From(new OnnxBuilder("batch", 4), m => m.Op("MatMul", m.Raw(new float[8], 4, (1L << 62) + 2))),
            ["(MatMul)", "is of shape [4, 4611686018427387906]; every length must be at least 1, and their product at most 2147483647"]),
        ["a length of more than an int holds"] = (
            () => Layer(edit: tensor => (tensor.Dims[0], tensor.Dims[1]) = (1, 1L + int.MaxValue)),
            ["(Gemm)", "is of shape [1, 2147483648]; every length must be at least 1, and their product at most 2147483647"]),
        ["a product that overflows"] = (
            () => Layer(edit: tensor => (tensor.Dims[0], tensor.Dims[1]) = (int.MaxValue, int.MaxValue)),
            ["(Gemm)", "is of shape [2147483647, 2147483647]; every length must be at least 1, and their product at most 2147483647"]),
        ["more dimensions than are supported"] = (
            () => Layer(edit: tensor => tensor.Dims.Add(Enumerable.Repeat(1L, 7))),
            ["(Gemm)", "tensor 'c0'", "[3, 2, 1, 1, 1, 1, 1, 1, …]", "at most 8"]),
        ["a name of control characters"] = (() => Layer().Op("Conv\n\0"), ["(Conv??)"]),
        ["a layer wider than a network holds"] = (
            () => From(new OnnxBuilder(), m => m.Op("MatMul", m.Raw(new float[(1 << 24) + 1], (1 << 24) + 1, 1))),
            ["its layers are more than a network holds"]),
    };

    public static TheoryData<string> Names { get; } = [.. s_all.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_cannot_be_a_network_is_named(string name)
    {
        (Func<OnnxBuilder> model, string[] message) = s_all[name];
        byte[] bytes = model().ToBytes();
        var exception = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(bytes));
        foreach (string part in message) Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 1, 500);
    }

    [Fact]
    public void What_is_no_message_is_said_so()
    {
        Assert.Contains("it is empty", Assert.Throws<ModelFormatException>(() => OnnxModel.Load([])).Message);
        Assert.Contains("Byte 0", Assert.Throws<ModelFormatException>(() => OnnxModel.Load([0])).Message);
        Assert.Contains("group", Assert.Throws<ModelFormatException>(() => OnnxModel.Load([0x0B, 0x0C])).Message);
        Assert.Contains("cut off", Assert.Throws<ModelFormatException>(() => OnnxModel.Load([0x3A, 5, 0])).Message);
        Assert.Throws<ModelFormatException>(() => OnnxModel.Load("PK a zip file"u8));
        Assert.Throws<ModelFormatException>(() => OnnxModel.Load(new MemoryStream([0])));
    }

    [Fact]
    public void A_file_that_is_refused_is_named()
    {
        string folder = Directory.CreateTempSubdirectory("fastnn").FullName;
        try
        {
            string path = Path.Combine(folder, "network.onnx");
            File.WriteAllBytes(path, [0]);
            var exception = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path));
            Assert.StartsWith($"{path}: Byte 0", exception.Message);
            Assert.IsType<ModelFormatException>(exception.InnerException);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_exception_has_what_exceptions_have()
    {
        var inner = new InvalidOperationException();
        Assert.NotEmpty(new ModelFormatException().Message);
        Assert.Equal("why", new ModelFormatException("why").Message);
        Assert.Same(inner, new ModelFormatException("why", inner).InnerException);
        Assert.IsAssignableFrom<FormatException>(new ModelFormatException());
    }

    /// <summary>A Gemm of 3-2 with the weights c0 and the biases c1. The model also has c0t [2, 3].</summary>
    private static OnnxBuilder Clipped(params float[][] limits)
    {
        OnnxBuilder model = Layer();
        return model.Op("Clip", [.. limits.Select(limit => limit.Length == 1 ? model.Raw(limit) : model.Raw(limit, limit.Length))]);
    }

    private static OnnxBuilder Layer(int inputs = 3, params object?[] dimensions) => Layer(_ => { }, inputs, dimensions);

    private static OnnxBuilder Layer(Action<TensorProto> edit, int inputs = 3, params object?[] dimensions)
    {
        var model = new OnnxBuilder(dimensions.Length > 0 ? dimensions : ["batch", inputs]);
        model.Op("Gemm", model.Raw(s_six, inputs, 2), model.Raw([1f, 2f], 2));
        model.Graph.Initializer.Add(new TensorProto { Name = "c0t", DataType = 1, Dims = { 2, 3 }, FloatData = { s_six } });
        edit(model.Graph.Initializer[0]);
        return model;
    }

    private static OnnxBuilder Square()
    {
        var model = new OnnxBuilder("batch", 2);
        return model.Op("Gemm", model.Raw([1f, 2f, 3f, 4f], 2, 2));
    }

    private static OnnxBuilder Gelu(float root, float one, float half)
    {
        OnnxBuilder model = Layer();
        string z = model.Value, sum = model.Op("Div", model.Raw([root])).Op("Erf").Op("Add", model.Raw([one])).Value;
        return model.Node("Mul", z, sum).Op("Mul", model.Raw([half]));
    }

    private static OnnxBuilder From(OnnxBuilder model, Func<OnnxBuilder, OnnxBuilder> add) => add(model);

    private static OnnxBuilder From(OnnxBuilder model, Func<OnnxBuilder, string, OnnxBuilder> add) => add(model, model.Value);

    private static OnnxBuilder Edit(OnnxBuilder model, Action<ModelProto> edit)
    {
        edit(model.Model);
        return model;
    }

    private static OnnxBuilder Domain(OnnxBuilder model, string domain) => Edit(model, m => m.Graph.Node[^1].Domain = domain);

    private static OnnxBuilder Named(OnnxBuilder model, string output) => Edit(model, m =>
    {
        model.Node("Identity", "c0");
        m.Graph.Node[^1].Output[0] = output;
        m.Graph.Output.Add(OnnxBuilder.Describe(output));
    });

    private static OnnxBuilder Output(OnnxBuilder model, string name) => Edit(model, m => m.Graph.Output.Add(OnnxBuilder.Describe(name)));

    private static OnnxBuilder Inputs(OnnxBuilder model) => Edit(model, m => m.Graph.Input.Clear());

    private static OnnxBuilder Opset(OnnxBuilder model, int version) => Edit(model, m => m.OpsetImport[0].Version = version);

    private static OnnxBuilder InputType(OnnxBuilder model, int type) => Edit(model, m => m.Graph.Input[0].Type.TensorType.ElemType = type);

    private static OnnxBuilder Reshape(params long[] shape)
    {
        var model = new OnnxBuilder("batch", 2, 3);
        return model.Op("Reshape", model.Integers(shape));
    }

    private static OnnxBuilder Mask(OnnxBuilder model) => Edit(model, m =>
    {
        m.Graph.Node[^1].Output.Add("mask");
        model.Node("Identity", "mask");
    });

    private static OnnxBuilder SecondOutput(OnnxBuilder model) => Edit(model, m => m.Graph.Node[^1].Output.Add("more"));

    private static OnnxBuilder Rename(OnnxBuilder model, string output) =>
        Edit(model, m => m.Graph.Node[^1].Output[0] = model.Value = output);

    private static OnnxBuilder Again(OnnxBuilder model) => Edit(model, m => m.Graph.Initializer.Add(m.Graph.Initializer[0].Clone()));

    /// <summary>Adds a value to what it comes from.</summary>
    private static OnnxBuilder Cycle(OnnxBuilder model) => Edit(model, m =>
    {
        string z = model.Value;
        model.Node("Add", z, "later").Op("Identity");
        m.Graph.Node[^1].Output[0] = model.Value = "later";
    });
}
