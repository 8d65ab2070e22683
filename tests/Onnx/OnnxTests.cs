using FastNN.Onnx;
using FastNN.Onnx.Schema;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>Networks go to ONNX models and come back with the same bits. The forms in which others write networks are understood.</summary>
public class OnnxTests
{
    /// <summary>Every activation in layers of ragged widths, alone and behind other activations.</summary>
    public static TheoryData<string> Activations { get; } = [.. OracleActivations.All.Select(activation => activation.Name)];

    [Fact]
    public void Each_activation_has_its_form() =>
        Assert.Empty(OracleActivations.All.Select(activation => activation.Name.Split('(')[0]).Except(OnnxActivationForm.Known));

    [Theory]
    [MemberData(nameof(Activations))]
    public void A_network_comes_back_from_memory_and_from_streams(string name)
    {
        var random = new Random(1);
        foreach (int[] widths in (int[][])[[1, 1], [2, 4, 3, 2], [17, 33, 9, 5], [1, 67, 1], [70, 129], [31, 1, 64, 16, 3]])
        {
            Activation[] activations = Cases.RandomActivations(random, widths.Length - 1);
            activations[^1] = Cases.Named(name);
            var network = new Network(widths, activations, seed: widths[0]);
            byte[] model = Save(network);
            AssertSame(network, OnnxModel.Load(model));
            AssertSame(network, OnnxModel.Load(new MemoryStream(model)));
            AssertSame(network, OnnxModel.Load(new Trickle(model)));
            Assert.Equal(model, Save(network));
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Standardizers_come_back_with_the_same_bits(bool input, bool output)
    {
        var random = new Random(1);
        foreach (int[] widths in (int[][])[[1, 1], [500, 3, 700], [17, 33, 9, 5]])
        {
            var network = new Network(widths, Activation.Elu, Activation.Identity, seed: 1);
            if (input) network.InputStandardizer = new Standardizer(Draw(widths[0], 20), Draw(widths[0], 20));
            if (output) network.OutputStandardizer = new Standardizer(Draw(widths[^1], 20), Draw(widths[^1], 120));
            Network loaded = OnnxModel.Load(Save(network));
            AssertSame(network, loaded);
            Assert.Equal((input, output), (loaded.InputStandardizer != null, loaded.OutputStandardizer != null));
            Cases.AssertSameBits(MeansAndFactors(network), MeansAndFactors(loaded), "means and factors");
            Assert.Equal(Save(network), Save(loaded));
        }

        // Numbers of both signs, with exponents up to the given one.
        float[] Draw(int count, int most) => [.. Enumerable.Range(0, count).Select(_ => Number(random.Next(-most, most)))];

        float Number(int exponent) => MathF.ScaleB(random.NextSingle() + 0.5f, exponent) * (1 - 2 * random.Next(2));

        static float[] MeansAndFactors(Network network) =>
            [.. Of(network.InputStandardizer), .. Of(network.OutputStandardizer)];

        static float[] Of(Standardizer? standardizer) => standardizer == null ? [] : [.. standardizer.Mean, .. standardizer.Factor];
    }

    [Fact]
    public void Parameters_of_all_kinds_come_back()
    {
        var network = new Network([4, 5, 3], seed: 1);
        float[] special =
        [
            0f, -0f, float.NaN, BitConverter.Int32BitsToSingle(0x7F800001), BitConverter.Int32BitsToSingle(-1),
            float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue,
        ];
        for (int k = 0; k < network.Parameters.Length; k++) network.Parameters[k] = special[k % special.Length];
        Network loaded = OnnxModel.Load(Save(network));
        Assert.Equal(Bits(network), Bits(loaded));
    }

    [Fact]
    public void Parameters_of_activations_keep_the_sign_of_zero()
    {
        foreach (Activation activation in (Activation[])
            [Activation.LeakyReluWithSlope(-0f), Activation.EluWithAlpha(-0f), Activation.HardSigmoidWith(0.2f, -0f)])
        {
            var network = new Network([1, 1], [activation], seed: 1);
            Assert.Equal(activation, OnnxModel.Load(Save(network)).Layers[0].Activation);
        }
    }

    /// <summary>Without optimization, a float that becomes a double and a float again is another signaling NaN.</summary>
    [Fact]
    public async Task Parameters_of_all_kinds_come_back_without_optimization()
    {
        string test = $"{typeof(OnnxTests).FullName}.{nameof(Parameters_of_all_kinds_come_back)}";
        (int exit, string output) = await OtherProcess.Run([test], TimeSpan.FromMinutes(5), ("DOTNET_JITMinOpts", "1"));
        OtherProcess.AssertPassed(exit, output, least: 1);
    }

    /// <summary>Follows the recipe of the page on ONNX.</summary>
    [Fact]
    public void A_network_comes_back_from_a_file_that_replaces_another()
    {
        string folder = Directory.CreateTempSubdirectory("fastnn").FullName;
        try
        {
            string path = Path.Combine(folder, "network.onnx");
            File.WriteAllBytes(path, new byte[100_000]);
            var network = new Network([20, 30, 10], hidden: Activation.Relu, output: Activation.Softmax, seed: 5);
            AssertSame(network, Pages.FileRecipes.Exchange(network, path));
            Assert.Equal(Save(network), File.ReadAllBytes(path));
            Assert.Equal([path], Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What others rely on: names, versions, an open batch, PyTorch's layout.</summary>
    [Fact]
    public void A_saved_model_is_as_documented()
    {
        var network = new Network([3, 4, 2], [Activation.Silu, Activation.Gelu], seed: 1);
        ModelProto model = ModelProto.Parser.ParseFrom(Save(network));
        Assert.Equal((8, 15, ""), (model.IrVersion, model.OpsetImport.Single().Version, model.OpsetImport[0].Domain));
        Assert.Equal(["Gemm", "Sigmoid", "Mul", "Gemm", "Div", "Erf", "Add", "Mul", "Mul"], model.Graph.Node.Select(node => node.OpType));
        Assert.Equal((OnnxModel.InputName, OnnxModel.OutputName), (model.Graph.Input.Single().Name, model.Graph.Output.Single().Name));
        Assert.Equal("batch", model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam);
        Assert.Equal(3, model.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue);
        Assert.Equal(2, model.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimValue);
        Assert.Equal([4, 3], model.Graph.Initializer.Single(tensor => tensor.Name == model.Graph.Node[0].Input[1]).Dims);
        Assert.Equal(1, model.Graph.Node[0].Attribute.Single(attribute => attribute.Name == "transB").I);
    }

    [Fact]
    public void A_stream_is_written_from_its_position_on_and_left_open()
    {
        var network = new Network([3, 2], seed: 1);
        using var stream = new MemoryStream();
        stream.Write([1, 2, 3]);
        OnnxModel.Save(network, stream);
        Assert.Equal([1, 2, 3, .. Save(network)], stream.ToArray());
        stream.Position = 3;
        AssertSame(network, OnnxModel.Load(stream));
        Assert.Equal(stream.Length, stream.Position);
    }

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void A_network_is_loaded_on_the_kernels_asked_for(KernelVariant kernels) =>
        Assert.Equal(kernels, OnnxModel.Load(Save(new Network([3, 2], seed: 1)), kernels).KernelVariant);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        var network = new Network([3, 2], seed: 1);
        byte[] model = Save(network);
        Assert.Throws<ArgumentNullException>("network", () => OnnxModel.Save(null!, new MemoryStream()));
        Assert.Throws<ArgumentNullException>("network", () => OnnxModel.Save(null!, "path"));
        Assert.Throws<ArgumentNullException>("stream", () => OnnxModel.Save(network, (Stream)null!));
        Assert.Throws<ArgumentNullException>("path", () => OnnxModel.Save(network, (string)null!));
        Assert.Throws<ArgumentNullException>("path", () => OnnxModel.Load((string)null!));
        Assert.Throws<ArgumentException>("path", () => OnnxModel.Load(""));
        Assert.Throws<ArgumentNullException>("stream", () => OnnxModel.Load((Stream)null!));
        Assert.Throws<FileNotFoundException>(() => OnnxModel.Load(Path.Combine(Path.GetTempPath(), "fastnn is not here.onnx")));
        Assert.Throws<ArgumentOutOfRangeException>("kernels", () => OnnxModel.Load(model, (KernelVariant)77));
    }

    [Theory]
    [MemberData(nameof(OnnxVariants.Names), MemberType = typeof(OnnxVariants))]
    public void What_others_write_is_the_network(string name)
    {
        (byte[] model, Network network) = OnnxVariants.Create(name);
        AssertSame(network, OnnxModel.Load(model));
    }

    [Fact]
    public void What_is_no_part_of_the_network_is_skipped()
    {
        var network = new Network([3, 2], seed: 1);
        byte[] documentation = [0x32, 2, (byte)'h', (byte)'i'], metadata = [0x72, 4, 0x0A, 2, (byte)'h', (byte)'i'],
            version = [0x28, 0xFF, 0x01];
        AssertSame(network, OnnxModel.Load([.. documentation, .. Save(network), .. metadata, .. version]));
    }

    internal static byte[] Save(Network network)
    {
        using var stream = new MemoryStream();
        OnnxModel.Save(network, stream);
        return stream.ToArray();
    }

    /// <summary>The same shapes, activations, parameters and outputs.</summary>
    private static void AssertSame(Network expected, Network actual)
    {
        Assert.Equal(expected.Layers.Select(Form), actual.Layers.Select(Form));
        Assert.Equal(Bits(expected), Bits(actual));
        float[] inputs = Cases.Uniform(1, 3 * expected.Inputs, -1f), outputs = new float[3 * expected.Outputs],
            others = new float[3 * expected.Outputs];
        expected.Forward(inputs, outputs);
        actual.Forward(inputs, others);
        Cases.AssertSameBits(outputs, others, "outputs");
    }

    private static (int Inputs, int Outputs, Activation Activation) Form(Layer layer) => (layer.Inputs, layer.Outputs, layer.Activation);

    private static int[] Bits(Network network) => Array.ConvertAll(network.Parameters.ToArray(), BitConverter.SingleToInt32Bits);

    /// <summary>A stream that gives some bytes at a time. It cannot seek and has no length.</summary>
    private sealed class Trickle(byte[] bytes) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(Math.Min(buffer.Length, 777), bytes.Length - _position);
            bytes.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
