using FastNN.Onnx;
using FastNN.Onnx.Schema;
using Google.Protobuf;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>
/// For any bytes, loading gives a network or a <see cref="ModelFormatException"/>. It comes soon and takes at most twice their size of
/// memory and 1 MB.
/// </summary>
public class OnnxHostileTests
{
    private const int Size = 1 << 20;

    private static readonly Dictionary<string, Func<byte[]>> s_all = new()
    {
        ["empty nodes"] = () => Graph(Repeat(0x0A, 0)),
        ["empty initializers"] = () => Graph(Repeat(0x2A, 0)),
        ["empty inputs"] = () => Graph(Repeat(0x5A, 0)),
        ["empty graphs"] = () => Repeat(0x3A, 0),
        ["empty opsets"] = () => Repeat(0x42, 0),
        ["empty names"] = () => Graph(Part(0x0A, Repeat(0x0A, 0))),
        ["short names"] = () => Graph(Part(0x0A, Repeat(0x0A, 1, (byte)'a'))),
        ["empty attributes"] = () => Graph(Part(0x0A, Repeat(0x2A, 0))),
        ["numbers of a byte"] = () => Graph(Part(0x2A, Part(0x0A, new byte[Size]))),
        ["unpacked numbers"] = () => Graph(Part(0x2A, Repeat(0x08, 1))),
        ["unpacked floats"] = () => Graph(Part(0x2A, Repeat(0x25, 0, 0, 0, 0))),
        ["floats in many pieces"] = () => Graph(Part(0x2A, Repeat(0x22, 4, 0, 0, 0, 0))),
        ["floats that are cut off"] = () => Graph(Part(0x2A, Part(0x22, new byte[Size + 1]))),
        ["data again and again"] = () => Graph(Part(0x2A, Repeat([0x4A, 8, 0, 0, 0, 0, 0, 0, 0, 0]))),
        ["dimensions"] = () =>
            Graph(Part(0x5A, [0x0A, 1, (byte)'x', .. Part(0x12, Part(0x0A, [0x08, 1, .. Part(0x12, Repeat(0x0A, 0))]))])),
        ["a long name"] = () => Graph(Part(0x0A, [.. Part(0x0A, new byte[Size]), .. Part(0x22, Repeat(0x20, 0x20))])),
        ["groups in groups"] = () => Repeat(0x0B, 0x0B),
        ["groups in a graph"] = () => Graph(Repeat(0x0B, 0x0B)),
        ["zeros"] = () => new byte[Size],
        ["ones"] = () => Repeat(0xFF, 0xFF),
        ["unknown fields"] = () => Repeat(0x78, 1),
        ["a network of a thousand times its data"] = () => Shared(new OnnxBuilder("batch", 100), 1000),
        ["layers of one weight"] = () => Shared(new OnnxBuilder("batch", 1), 10_000),
        ["wide layers, little data"] = () =>
            Model(m => m.Op("MatMul", Claim(m, 1 << 15, 1 << 15)).Op("MatMul", Claim(m, 1 << 15, 1 << 15))),
        ["wide biases"] = () => Model(m => m.Op("MatMul", m.Raw(new float[1 << 18], 1, 1 << 18))),
        ["many readers"] = () => Model(m =>
        {
            string value = m.Op("MatMul", m.Raw([1f], 1, 1)).Value;
            for (int k = 0; k < 2_000; k++) m.Node("Sigmoid", value);
            return m;
        }),
        ["many inputs of a node"] = () => Model(m => m.Node("Sum", [.. Enumerable.Repeat("x", Size / 3)])),
        ["many identities"] = () => Model(m =>
        {
            for (int k = 0; k < 2_000; k++) m.Op("Identity");
            return m;
        }),
        ["functions that call one another"] = () => Functions(20, 10),
        ["a function that calls itself"] = () => Functions(1, 1, toItself: true),
        ["functions that are very deep"] = () => Functions(100, 1),
        ["a constant that doubles"] = () => Model(m =>
        {
            string w = m.Raw([1f], 1, 1);
            for (int k = 0; k < 40; k++) w = m.Node("Concat", w, w).With("axis", 0).Value;
            return m.Node("MatMul", "x", w);
        }),
        ["a constant that expands"] = () => Model(m => m.Node(
            "MatMul", "x", m.Node("Sqrt", m.Node("Expand", m.Raw([1f]), m.Integers(1 << 15, 1 << 15)).Value).Value)),
        ["a constant of every operation again"] = () => Model(m =>
        {
            string w = m.Raw(new float[1 << 16], 1 << 8, 1 << 8);
            for (int k = 0; k < 2_000; k++) w = m.Node("Mul", w, w).Value;
            return m.Node("MatMul", "x", w);
        }),
        ["a product of large constants"] = () => Model(m =>
        {
            string w = m.Node("Expand", m.Raw([1f], 1, 1), m.Integers(1, 1 << 22)).Value, v = m.Node("Transpose", w).Value;
            return m.Node("MatMul", "x", m.Node("MatMul", v, m.Node("MatMul", w, v).Value).Value);
        }),
        ["a range without end"] = () => Model(m => m.Node(
            "Reshape", "x", m.Node("Range", m.Typed<long>(7, [0]), m.Typed<long>(7, [long.MaxValue]), m.Typed<long>(7, [1])).Value)),
        ["a wide identity"] = () => Model(m =>
        {
            m.Op("MatMul", m.Raw(new float[1 << 15], 1, 1 << 15)).Op("Tanh").Op("Tanh");
            return m.Op("MatMul", m.Raw(new float[1 << 15], 1 << 15, 1));
        }),
        ["terms in terms"] = () => Model(m =>
        {
            m.Op("MatMul", m.Raw([1f], 1, 1));
            for (int k = 0; k < 1_000; k++) m.Node("Mul", m.Value, m.Op("Sigmoid").Value);
            return m;
        }),
        ["doubling"] = () => Model(m =>
        {
            m.Op("MatMul", m.Raw([1f], 1, 1));
            for (int k = 0; k < 1_000; k++) m.Node("Mul", m.Value, m.Value);
            return m;
        }),
    };

    public static TheoryData<string> Names { get; } = [.. s_all.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_claims_much_is_refused(string name)
    {
        byte[] model = s_all[name]();
        Assert.NotNull(Load(model));
    }

    /// <summary>
    /// The same bound holds for models that are networks: with data in all the ways that they may come, and with many layers.
    /// </summary>
    [Fact]
    public void What_is_a_network_takes_no_more()
    {
        var large = new Network([700, 600, 500], seed: 1);
        Assert.Null(Load(OnnxTests.Save(large)));
        Assert.Null(Load(Model(m => m.Op("Gemm", m.List(new float[700 * 900], 700, 900), m.List(new float[900], 900)))));
        Assert.Null(Load(Model(m => m.Op("MatMul", m.Typed<double>(11, new double[700 * 900], 700, 900)))));
        Assert.Null(Load(OnnxTests.Save(new Network([.. Enumerable.Repeat(8, 101)], Activation.Gelu, Activation.Softmax, seed: 1))));
        Assert.Null(Load(OnnxTests.Save(new Network([.. Enumerable.Repeat(1, 201)], Activation.Relu, Activation.Softmax, seed: 1))));
        foreach (string variant in OnnxVariants.Names.Select(row => row.Data)) Assert.Null(Load(OnnxVariants.Create(variant).Model));
    }

    /// <summary>The documented largest numbers of narrow and of wide layers, and the numbers around them.</summary>
    [Theory]
    [InlineData("Gelu", 107)]
    [InlineData("Silu", 173)]
    [InlineData("LeakyRelu", 203)]
    [InlineData("Relu", 214)]
    [InlineData("Sigmoid", 214)]
    [InlineData("Tanh", 214)]
    [InlineData("Softplus", 214)]
    [InlineData("Identity", 278)]
    [InlineData("Clip(-1, 1)", 159)]
    [InlineData("HardSigmoid", 196)]
    [InlineData("GeluTanh", 200)]
    [InlineData("Elu", 203)]
    [InlineData("Mish", 214)]
    public void Deep_networks_take_no_more_or_are_refused(string name, int most)
    {
        Activation activation = Cases.Named(name);
        Assert.Null(LoadDeep(most));
        Assert.NotNull(LoadDeep(most + 1));
        Assert.Null(LoadDeep(most * 97 / 100, width: 130));
        Assert.Contains("several for each layer", LoadDeep(500)!.Message);
        for (int layers = 80; layers < 400; layers += 10) LoadDeep(layers);

        ModelFormatException? LoadDeep(int layers, int width = 5) =>
            Load(OnnxTests.Save(new Network([.. Enumerable.Repeat(width, layers + 1)], activation, activation, seed: 1)));
    }

    /// <summary>A network with more layers could not be saved as safetensors. Documentation makes room in the bound of memory.</summary>
    [Fact]
    public void More_than_a_thousand_layers_are_refused()
    {
        Assert.Null(LoadLayers(1000));
        Assert.Contains(
            "Node 1000 'n1001' (MatMul): it is layer 1001, but a network in a file has at most 1000", LoadLayers(1001)!.Message);

        static ModelFormatException? LoadLayers(int count) =>
            Load([.. Shared(new OnnxBuilder("batch", 1), count), .. Part(0x32, new byte[4 * Size])]);
    }

    [Fact]
    public void What_is_cut_off_anywhere_is_refused()
    {
        byte[] model = OnnxTests.Save(new Network([3, 4, 2], [Activation.Silu, Activation.Gelu], seed: 1));
        int versions = new ModelProto { OpsetImport = { new OperatorSetIdProto { Version = 15 } } }.CalculateSize();
        for (int length = 0; length < model.Length - versions; length++) Assert.NotNull(Load(model[..length]));
    }

    [Fact]
    public void A_stream_that_lies_about_its_length_is_read_to_its_end()
    {
        byte[] model = OnnxTests.Save(new Network([3, 2], seed: 1));
        using var stream = new Liar(model);
        Assert.Equal(3, OnnxModel.Load(stream).Inputs);
    }

    /// <summary>Bytes that the stream did not write must not become a network.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(int.MinValue)]
    public void A_stream_that_reads_more_than_it_was_asked_for_is_refused(int excess)
    {
        using var stream = new Excess(OnnxTests.Save(new Network([3, 2], seed: 1)), excess);
        Assert.Contains("The stream", Assert.Throws<IOException>(() => OnnxModel.Load(stream)).Message);
    }

    /// <summary>A part that is read often is checked as often, so it must be small.</summary>
    [Fact]
    public void What_is_read_often_is_small()
    {
        foreach (long[] shape in (long[][])[[1 << 23], [.. Enumerable.Repeat(1L, 1 << 16)]])
        {
            var model = new OnnxBuilder("batch", 1);
            model.Op("MatMul", model.Raw([1f], 1, 1));
            string mode = model.Typed<byte>(9, new byte[shape[0]], shape);
            for (int k = 0; k < 1_000; k++) model.Op("Dropout", "", mode);
            byte[] documentation = Part(0x32, new byte[4 * Size]); // the larger the file, the more memory its parts may take
            Assert.Contains("Node 1 ", Load([.. model.ToBytes(), .. documentation])!.Message);
        }
    }

    /// <summary>
    /// Mutations of all forms of models. They are always the same. There are ten thousand, or as many as FASTNN_FUZZ says.
    /// </summary>
    [Fact]
    public void Mutations_are_networks_or_are_refused()
    {
        int count =
            int.Parse(Environment.GetEnvironmentVariable("FASTNN_FUZZ") ?? "10000", System.Globalization.CultureInfo.InvariantCulture);
        byte[][] models =
        [
            .. OnnxVariants.Names.Select(row => OnnxVariants.Create(row.Data).Model),
            .. OnnxActivationForms.Names.Select(row => OnnxActivationForms.Create(row.Data, isLast: false).Model.ToBytes()),
            .. OnnxGraphForms.Names.Select(row => OnnxGraphForms.Create(row.Data).Model.ToBytes()),
            .. Activation.All.Select(activation => OnnxTests.Save(new Network([2, 3, 2], Activation.Relu, activation, seed: 1))),
        ];
        int networks = 0;
        for (int k = 0; k < count; k++)
        {
            byte[] mutation = Mutate(models, new Random(k));
            try
            {
                if (Load(mutation) == null) networks++;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Mutation {k}, {Convert.ToHexString(mutation)}", exception);
            }
        }

        Assert.InRange(networks, count / 100, count * 9 / 10);
    }

    [Fact]
    public void Operators_without_inputs_are_refused()
    {
        string[] types =
        [
            .. OnnxVariants.Names.Select(row => OnnxVariants.CreateBuilder(row.Data).Model.Model)
                .Concat(OnnxGraphForms.Names.Select(row => OnnxGraphForms.Create(row.Data).Model.Model))
                .SelectMany(model => model.Graph.Node).Select(node => node.OpType).Distinct(),
        ];
        Assert.InRange(types.Length, 40, 200);
        foreach (string type in types)
        {
            foreach (string[] inputs in (string[][])[[], [""], ["", "", ""]])
            {
                var model = new OnnxBuilder(1, 2);
                Assert.NotNull(Load(model.Node(type, inputs).Op("Add", "x").Output(1, 2).ToBytes()));
            }
        }
    }

    /// <summary>Loads a model within the bounds of memory and time. Returns null if it is a network.</summary>
    internal static ModelFormatException? Load(byte[] model)
    {
        OnnxModel.Load(s_warm); // this is allocated once
        TimeSpan began = ThreadTime.Now;
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException? refusal = null;
        try
        {
            OnnxModel.Load(model);
        }
        catch (ModelFormatException exception)
        {
            refusal = exception;
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(bytes <= 2L * model.Length + (1 << 20), $"Loading {model.Length} bytes took {bytes}. {refusal?.Message}");
        NoHang.Assert(began, () => OnnxModel.Load(model), $"A model of {model.Length} bytes");
        return refusal;
    }

    private static readonly byte[] s_warm = OnnxTests.Save(new Network([2, 2], seed: 1));

    /// <summary>Changes some bits, bytes, lengths, pieces, or the end.</summary>
    internal static byte[] Mutate(byte[][] models, Random random)
    {
        List<byte> bytes = [.. models[random.Next(models.Length)]];
        for (int changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--) Change(bytes, models, random);
        return [.. bytes];
    }

    private static void Change(List<byte> bytes, byte[][] models, Random random)
    {
        int position = random.Next(bytes.Count), length = Math.Min(random.Next(1, 40), bytes.Count - position);
        switch (random.Next(9))
        {
            case 0:
                bytes[position] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[position] = (byte)random.Next(256);
                break;
            case 2:
                bytes[position] = (byte)random.Next(6);
                break;
            case 3:
                bytes.InsertRange(position, Enumerable.Repeat((byte)0xFF, random.Next(1, 10)).Append((byte)random.Next(128)));
                break;
            case 4:
                bytes.RemoveRange(position, length);
                break;
            case 5:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(position, length));
                break;
            case 6:
                for (int k = 0; k < length; k++) bytes[position + k] = bytes[random.Next(bytes.Count)];
                break;
            case 7:
                byte[] other = models[random.Next(models.Length)];
                int start = random.Next(other.Length);
                bytes.InsertRange(position, other[start..Math.Min(other.Length, start + length)]);
                break;
            default:
                if (random.Next(4) == 0) bytes.RemoveRange(position, bytes.Count - position);
                break;
        }
    }

    private static byte[] Model(Func<OnnxBuilder, OnnxBuilder> add) => add(new OnnxBuilder()).ToBytes();

    /// <summary>Functions of which each calls the next one some times.</summary>
    private static byte[] Functions(int depth, int calls, bool toItself = false)
    {
        OnnxBuilder model = new OnnxBuilder("batch", 1).Node("f0", "x");
        model.Graph.Node[^1].Domain = "test";
        for (int f = 0; f < depth; f++)
        {
            var function = new FunctionProto { Name = $"f{f}", Domain = "test", Input = { "a0" }, Output = { $"a{calls}" } };
            for (int k = 0; k < calls; k++)
            {
                string callee = toItself ? $"f{f}" : $"f{f + 1}";
                function.Node.Add(new NodeProto { OpType = callee, Domain = "test", Input = { $"a{k}" }, Output = { $"a{k + 1}" } });
            }

            model.Model.Functions.Add(function);
        }

        return model.ToBytes();
    }

    /// <summary>Layers [n, n] that share their weights.</summary>
    private static byte[] Shared(OnnxBuilder model, int layers)
    {
        int n = (int)model.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue;
        string weights = model.Raw(new float[n * n], n, n);
        for (int l = 0; l < layers; l++) model.Op("MatMul", weights);
        return model.ToBytes();
    }

    /// <summary>An initializer that has four values, whatever its shape.</summary>
    private static string Claim(OnnxBuilder model, params long[] shape) => model.Raw([1f, 2f, 3f, 4f], shape);

    private static byte[] Graph(byte[] content) => Part(0x3A, content);

    /// <summary>A field of so many bytes.</summary>
    internal static byte[] Part(byte tag, byte[] content)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteRawTag(tag);
        output.WriteBytes(ByteString.CopyFrom(content));
        output.Flush();
        return stream.ToArray();
    }

    /// <summary>A megabyte of a pattern.</summary>
    private static byte[] Repeat(params byte[] pattern) => [.. Enumerable.Range(0, Size / pattern.Length).SelectMany(_ => pattern)];

    private sealed class Liar(byte[] bytes) : MemoryStream(bytes)
    {
        public override long Length => long.MaxValue;
    }

    /// <summary>Claims that it read more than was asked for.</summary>
    private sealed class Excess(byte[] bytes, int excess) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer) > 0 ? buffer.Length + excess : 0;
    }
}
