using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using FastNN.Files;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// Any bytes give a network, or a <see cref="ModelFormatException"/> that says what is wrong. It comes soon and takes little memory.
/// </summary>
[Collection(nameof(Alone))]
public class HostileFileTests
{
    private const string W = "\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]}";
    private static readonly byte[] s_four = new byte[4];
    private static readonly TensorFile.Tensor[] s_none = [];
    private static readonly Network s_network = new([2, 4, 3, 2], Activation.Relu, Activation.Softmax, seed: 1);

    /// <summary>Headers with four bytes of data, and what the message says about them.</summary>
    public static TheoryData<string, string> Headers { get; } = new()
    {
        { "{}", "The tensors of the header take 0 bytes, but" },
        { "[]", "The header must start with '{', but starts with byte 0x5B." },
        { " {}", "The header must start with '{', but starts with byte 0x20." },
        { "{", "The header is no JSON of a safetensors file: " },
        { "{\"0.weight\":", "The header is no JSON" },
        { "{" + W + "}x", "The header is no JSON" },
        { "{" + W + ",}", "The header is no JSON" },
        { "{" + W + "}{}", "The header is no JSON" },
        { "{/**/" + W + "}", "The header is no JSON" },
        { "{" + W + "," + W + "}", "The header has the key \"0.weight\" twice." },
        { "{" + W + ",\"0.\\u0077eight\":{}}", "The header has the key \"0.weight\" twice." },
        { "{" + W + ",\"__metadata__\":{},\"__metadata__\":{}}", "The header has the key \"__metadata__\" twice." },
        { "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}," + W + "}", "__metadata__ has the key \"a\" twice." },
        { "{\"__metadata__\":[]," + W + "}", "The value of \"__metadata__\" must be an object, but is a StartArray." },
        { "{\"__metadata__\":{\"a\":1}," + W + "}", "The metadata of \"a\" must be a string, but is a Number." },
        { "{\"__metadata__\":{\"a\":{\"b\":{\"c\":{}}}}," + W + "}", "The metadata of \"a\" must be a string" },
        { "{\"a\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}", "The value of \"a\" must be an object, but is a StartArray." },
        { "{\"a\":{\"shape\":[[[[[[[[]]]]]]]]}}", "The header is no JSON" },
        { "{\"a\":1}", "The value of \"a\" must be an object, but is a Number." },
        { "{\"\\uD800\":{}}", "The header is no JSON" },
        { "{\"" + new string('n', 257) + "\":{}}", "The header has a key of 257 bytes, more than the 256 that are read." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1]}}", "\"a\" must have dtype, shape and data_offsets, but lacks one of them." },
        { "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "\"a\" must have dtype, shape and data_offsets, each once, and nothing else." },
        { "{\"a\":{\"type\":\"F32\"}}", "\"a\" must have dtype, shape and data_offsets, each once, and nothing else." },
        { "{\"a\":{\"dtype\":3}}", "dtype of \"a\" must be a string, but is a Number." },
        { Entry("[-1,1]", "[0,4]"), "shape of \"0.weight\" must hold whole numbers from 0 to less than 2^63, but [0] is none." },
        { Entry("[1,1.5]", "[0,4]"), "shape of \"0.weight\" must hold whole numbers from 0 to less than 2^63, but [1] is none." },
        { Entry("[1,9223372036854775808]", "[0,4]"), "shape of \"0.weight\" must hold whole numbers" },
        { Entry("[1,\"1\"]", "[0,4]"), "shape of \"0.weight\" must hold whole numbers" },
        { Entry("[1,NaN]", "[0,4]"), "The header is no JSON" },
        { Entry("1", "[0,4]"), "shape of \"0.weight\" must be an array, but is a Number." },
        { Entry("[1,1,1,1,1,1,1,1,1]", "[0,4]"), "shape of \"0.weight\" has more than 8 numbers." },
        { Entry("[1,1]", "[4,0]"), "data_offsets of \"0.weight\" must be two numbers in ascending order, but are [4,0]." },
        { Entry("[1,1]", "[0,4,8]"), "data_offsets of \"0.weight\" must be two numbers in ascending order, but are [0,4,8]." },
        { Entry("[1,1]", "[-4,0]"), "data_offsets of \"0.weight\" must hold whole numbers" },
        { Entry("[2,1]", "[0,4]"), "The tensor \"0.weight\" [2, 1] of F32 takes 8 bytes, but its data_offsets span 4." },
        { Entry("[4294967296,4294967296]", "[0,4]"), "The tensor \"0.weight\" [4294967296, 4294967296] is larger than any file." },
        { Entry("[9223372036854775807,9223372036854775807,9223372036854775807]", "[0,4]"), "is larger than any file." },
        { Entry("[4611686018427387904,4]", "[0,0]"), "is larger than any file." },
        { Entry("[1000000,1000000]", "[0,4000000000000]"), "The tensors of the header take 4000000000000 bytes, but" },
        { Entry("[2,1]", "[0,8]"), "The tensors of the header take 8 bytes, but 4 follow the header." },
        { Entry("[0,0]", "[0,0]"), "The tensors of the header take 0 bytes, but" },
        { Entry("[1,1]", "[4,8]"), "The data has a hole: the tensor \"0.weight\" [1, 1] begins at 4, but the data before it ends at 0." },
        { "{" + W + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "The data has an overlap: the tensor " },
        { "{" + W + ",\"b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}",
            "The data has an overlap: the tensor \"b\" [1] begins at 2" },
        { Entry("[4]", "[0,4]", "U8"), "The tensor \"0.weight\" [4] looks like an RMSNorm or a PReLU" },
        { Entry("[1,4]", "[0,4]", "U8"), "The tensor \"0.weight\" [1, 4] must be of type F32, F16, BF16 or F64, the types that are read." },
        { Entry("[1,1,1]", "[0,4]"), "The tensor \"0.weight\" [1, 1, 1] must have two dimensions" },
        { Entry("[1,1]", "[0,4]")
            .Replace("0.weight", "mean"), "The file holds no weights of a layer. Its tensors: \"mean\". Weights must be named " },
        { Entry("[1]", "[0,4]").Replace("weight", "bias"), "The file holds no weights of a layer. Its tensors: \"0.bias\". " },
        { "{" + W + ",\"0.bias\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}",
            "The tensor \"0.bias\" [0] must have one dimension" },
        { "{" + W + ",\"1.weight\":{\"dtype\":\"F32\",\"shape\":[0,1],\"data_offsets\":[4,4]}}",
            "The tensor \"1.weight\" [0, 1] must have two dimensions" },
    };

    /// <summary>What is changed in the header of a good file, and what the message says about it.</summary>
    public static TheoryData<string, string, string> Lies { get; } = new()
    {
        { "\"fastnn.version\":\"1\"", "\"fastnn.version\":\"2\"",
            "The file has the format version 2 of FastNN, but this library reads version 1." },
        { "Relu,Relu", "Relu,Tanh", "The metadata is damaged: its CRC-32C is " },
        { "0.weight=", "0.weighs=", "The metadata is damaged" },
        { "\"fastnn.checksum\"", "\"fastnn.checksun\"", "The metadata lacks \"fastnn.checksum\"." },
    };

    /// <summary>The same for metadata. Their checksum is made to fit again.</summary>
    public static TheoryData<string, string, string> ConsistentLies { get; } = new()
    {
        { "Relu,Relu,", "Relu,Tanh,", "Output 0 of sample 0 is " },
        { "Relu,Relu,", "Relu,Swish,", "The activation \"Swish\" in the metadata is none of Elu, Exponential, Gelu, " },
        { "Relu,Relu,", "Relu,", "\"fastnn.activations\" in the metadata must name one for each of 3 layers, but is \"Relu,Softmax\"." },
        { "Relu,Relu,", "Softmax,Relu,",
            "Softmax in the metadata couples the neurons of a layer. Only the last layer may have it, but another one has." },
        { "2,4,3,2", "2,4,4,2", "The tensors are those of widths 2,4,3,2, but the metadata says \"2,4,4,2\"." },
        { "0.weight=", "0.weight=1", "\"fastnn.crc32c\" in the metadata must hold a checksum for each name, but has \"0.weight=1" },
        { "0.weight=", "0.weight:", "\"fastnn.crc32c\" in the metadata must hold a checksum for each name, but has \"0.weight:" },
        { "2.bias=", "9.bias=", "\"fastnn.crc32c\" in the metadata must name tensors of the file, but has \"9.bias=" },
        { "2.bias=", "0.bias=", "\"fastnn.crc32c\" in the metadata must name each tensor once, but has \"0.bias=" },
        { "\"fastnn.crc32c\":\"", "\"fastnn.crc32c\":\",",
            "\"fastnn.crc32c\" in the metadata must hold a checksum for each name, but has \"\"." },
        { "\"fastnn.samples\":\"", "\"fastnn.samples\":\"AAAA",
            "\"fastnn.samples\" in the metadata must hold at most 3 samples of 2 inputs and 2 " },
        { "\"fastnn.samples\":\"", "\"fastnn.samples\":\"?", "\"fastnn.samples\" in the metadata must hold" },
        { "\"fastnn.samples\"", "\"fastnn.simples\"", "The metadata lacks \"fastnn.samples\"." },
        { "\"fastnn.crc32c\"", "\"fastnn.crc33c\"", "The metadata lacks \"fastnn.crc32c\"." },
        { "\"fastnn.widths\"", "\"fastnn.width\"", "The metadata lacks \"fastnn.widths\"." },
        { "\"fastnn.activations\"", "\"fastnn.activation\"", "The metadata lacks \"fastnn.activations\"." },
        { "\"F32\",\"shape\":[4]", "\"I32\",\"shape\":[4]", "The tensor \"0.bias\" [4] must be of type F32" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Headers_that_are_wrong_are_refused(string header, string message) => AssertRefused(TensorFile.Of(header, s_four), message);

    [Theory]
    [MemberData(nameof(Lies))]
    public void Metadata_that_was_changed_is_refused(string old, string changed, string message)
    {
        byte[] file = TensorFile.Edit(TensorFile.Saved(s_network), header => Replaced(header, old, changed));
        AssertRefused(file, message);
    }

    [Theory]
    [MemberData(nameof(ConsistentLies))]
    public void Metadata_that_was_changed_with_its_checksum_is_refused(string old, string changed, string message) =>
        AssertRefused(WithChecksum(TensorFile.Edit(TensorFile.Saved(s_network), header => Replaced(header, old, changed))), message);

    [Fact]
    public void The_file_that_the_lies_are_made_of_is_good()
    {
        NetworkFileTests.AssertSame(s_network, Network.Load(WithChecksum(TensorFile.Saved(s_network))));
        AssertRefused(TensorFile.Of("{" + W + "}", s_four),
            "The file does not name the activations of its 1 layers: give them in LoadOptions, as Hidden and");
        Assert.Equal([0, 0], Network.Load(TensorFile.Of("{" + W + "}", s_four), NetworkFileTests.Given).Parameters);
    }

    [Fact]
    public void Every_bit_of_the_data_counts()
    {
        byte[] file = TensorFile.Saved(s_network);
        int data = file.Length - 35 * sizeof(float);
        for (int bit = 8 * data; bit < 8 * file.Length; bit++)
        {
            file[bit / 8] ^= (byte)(1 << bit % 8);
            AssertRefused(file, "is damaged: its CRC-32C is ");
            AssertRefused(file, "If you changed the file on purpose, remove its \"fastnn.\" metadata.");
            Network.Load(file, new LoadOptions { Verify = false });
            file[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Every_bit_of_the_header_counts()
    {
        byte[] file = TensorFile.Saved(s_network);
        int data = file.Length - 35 * sizeof(float);
        for (int bit = 0; bit < 8 * data; bit++)
        {
            file[bit / 8] ^= (byte)(1 << bit % 8);
            // where "format" became another word
            if (Loaded(() => Network.Load(file)) is { } network) NetworkFileTests.AssertSame(s_network, network);
            file[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Other_kernels_would_be_found_by_the_samples()
    {
        byte[] file = TensorFile.Saved(s_network);
        string header = TensorFile.HeaderOf(file);
        int at = header.IndexOf("fastnn.samples\":\"", StringComparison.Ordinal) + 17, end = header.IndexOf('"', at);
        byte[] values = Convert.FromBase64String(header[at..end]);
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(values.AsSpan(values.Length - 4));
        BinaryPrimitives.WriteUInt32LittleEndian(values.AsSpan(values.Length - 4), bits + 1);
        byte[] changed =
            WithChecksum(TensorFile.Of(header[..at] + Convert.ToBase64String(values) + header[end..], TensorFile.DataOf(file)));
        AssertRefused(changed, $"Output 1 of sample 2 is ");
        AssertRefused(changed, $"(0x{bits:X8}), but the file says ");
        AssertRefused(changed, $"(0x{bits + 1:X8}): the network is not the one that was saved.");
        Network.Load(changed, new LoadOptions { Verify = false });
    }

    [Fact]
    public void Every_length_but_the_right_one_is_refused()
    {
        byte[] file = TensorFile.Saved(s_network);
        for (int length = 0; length < file.Length; length++)
            AssertRefused(file[..length], length < sizeof(ulong) ? "The file ends after " : "");
        AssertRefused([.. file, 0], "The tensors of the header take 140 bytes, but");
        AssertRefused([.. file, .. file], "The tensors of the header take 140 bytes, but");
    }

    [Theory]
    [InlineData(0ul, "must have between 2 and 524288 bytes, but the first 8 bytes say 0")]
    [InlineData(1ul, "must have between 2 and 524288 bytes")]
    [InlineData(500_000ul, "The file ends after 16 bytes, within the header.")]
    [InlineData(524_289ul, "must have between 2 and 524288 bytes")]
    [InlineData(100_000_001ul, "must have between 2 and 524288 bytes")]
    [InlineData(ulong.MaxValue, "must have between 2 and 524288 bytes, but the first 8 bytes say 18446744073709551615")]
    public void Lengths_of_headers_are_not_believed(ulong length, string message)
    {
        byte[] file = TensorFile.Of("{}  ", []);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        AssertRefused(file, message);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        AssertRefused(TensorFile.Of([(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':'], []), "must be UTF-8");

    [Fact]
    public void Layers_that_make_no_network_are_refused()
    {
        static TensorFile.Tensor Weight(string name, int outputs, int inputs) =>
            TensorFile.F32($"{name}.weight", [outputs, inputs], new float[outputs * inputs]);

        AssertRefused(
            TensorFile.Of(Weight("0", 2, 1), Weight("1", 1, 3)),
            "The tensor \"1.weight\" [1, 3] must take the 2 outputs of the tensor \"0.weight\" [2, 1]");
        AssertRefused(
            TensorFile.Of(Weight("0", 2, 1), TensorFile.F32("0.bias", [3], 1, 2, 3)),
            "The tensor \"0.bias\" [3] must have one dimension, the 2 outputs of the tensor \"0.weight\" [2, 1].");
        foreach ((string first, string second) in ((string, string)[])[("hidden", "output"), ("fc1", "fc01"), ("actor.0", "critic.0")])
        {
            AssertRefused(
                TensorFile.Of(Weight(first, 1, 1), Weight(second, 1, 1)), "does not follow from the numbers in them: list all in ");
        }

        AssertRefused(
            TensorFile.Of(Weight("a", 1, 1)),
            "The file has no weights of a layer \"b\", or they were already taken. Other layers: \"a\". Weights must be named ",
            NetworkFileTests.Given with { Layers = ["b"] });
        AssertRefused(
            TensorFile.Of(Weight("a", 1, 1)), "The file has no weights of a layer \"a\", or they were already taken. Other layers: none. ",
            NetworkFileTests.Given with { Layers = ["a", "a"] });
        AssertRefused(
            TensorFile.Of(Weight("a", 1, 1)), "The file holds no weights of a layer. Its tensors: \"a.weight\". ",
            NetworkFileTests.Given with { Layers = [] });
        AssertRefused(
            TensorFile.Of(Weight("a", 1, 1)), "The file has 1 layers, but options.Activations has 2.",
            new LoadOptions { Activations = [Activation.Relu, Activation.Relu] });
        AssertRefused(
            TensorFile.Of(new TensorFile.Tensor("0.weight", "F16", [17_000_000, 1], new byte[34_000_000])),
            "The layers make no network: widths ask for more than", NetworkFileTests.Given);
        AssertRefused(
            TensorFile.Saved(s_network), "The activation of layer 2 is Softmax in the file, but Relu in the options.",
            new() { Output = Activation.Relu });
        AssertRefused(
            TensorFile.Saved(s_network), "The activation of layer 0 is Relu in the file, but Tanh in the options.",
            new() { Hidden = Activation.Tanh });
    }

    [Fact]
    public void Biases_of_no_layer_are_refused() => AssertRefused(
        TensorFile.Of(TensorFile.F32("0.weight", [2, 1], 1, 2), TensorFile.F32("1.bias", [2], 1, 2)),
        "The tensor \"1.bias\" [2] is no part of a layer. Weights must be named ", NetworkFileTests.Given);

    /// <summary>A network with more layers could not be saved.</summary>
    [Fact]
    public void More_than_a_thousand_layers_are_refused()
    {
        const string message = "A network in a file has at most 1000 layers, but this one has ";
        byte[] most = Layers(1000, name: 1, biases: false);
        Assert.Equal(1000, Network.Load(TensorFile.Saved(Network.Load(most, NetworkFileTests.Given))).Layers.Count);
        AssertRefused(Layers(1001, name: 1, biases: false), message + 1001, NetworkFileTests.Given);
        AssertRefused(Layers(1001, name: 1, biases: true), message + 1001, NetworkFileTests.Given);
        AssertRefused(Layers(2048, name: 1, biases: false), message + 2048, NetworkFileTests.Given);
        var trainer = new Trainer(new Network([1, 1], seed: 1), new Sgd(0.1f));
        var stream = new MemoryStream(Layers(1001, name: 1, biases: true));
        Assert.StartsWith(message + 1001, Assert.Throws<ModelFormatException>(() => trainer.Load(stream)).Message);
        AssertRefused(
            Layers(1001, name: 1, biases: false), message + 1001,
            NetworkFileTests.Given with { Layers = [.. Enumerable.Range(0, 1001).Select(k => $"n{k}")] });
    }

    [Fact]
    public void Too_many_of_anything_are_refused()
    {
        string metadata = string.Join(',', Enumerable.Range(0, 1025).Select(k => $"\"{k}\":\"\""));
        AssertRefused(TensorFile.Of($"{{\"__metadata__\":{{{metadata}}},{W}}}", s_four),
            "__metadata__ has more than 1024 keys, the most that are read.");
        string tensors =
            string.Join(',', Enumerable.Range(0, 2049).Select(k => $"\"{k}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"));
        AssertRefused(TensorFile.Of($"{{{tensors}}}", []), "The header names more than 2048 tensors, the most that are read.");
    }

    [Fact]
    public void A_checksum_that_lacks_is_found()
    {
        byte[] file = TensorFile.Edit(TensorFile.Saved(s_network), header => Regex.Replace(header, ",2.bias=[0-9a-f]{8}", ""));
        AssertRefused(WithChecksum(file), "The metadata has no checksum of the tensor \"2.bias\" [3].");
    }

    /// <summary>The file holds 500,000 characters. Messages show 64 of them. The memory is at most twice the file and a megabyte.</summary>
    [Theory]
    [InlineData("\"fastnn.version\":\"", "xxx", "version xxx")]
    [InlineData("\"fastnn.version\":\"", "\\u001b[31", "version ?[31?[31")]
    [InlineData("\"fastnn.widths\":\"", "9,", "says \"9,9,")]
    [InlineData("\"fastnn.activations\":\"", "Relu,", "is \"Relu,Relu,")]
    [InlineData("\"fastnn.activations\":\"", "\\uD83D\\uDE00", "activation \"????")]
    [InlineData("\"fastnn.activations\":\"", "R", "activation \"RRR")]
    [InlineData("\"fastnn.crc32c\":\"", "0", "has \"0000")]
    [InlineData("\"fastnn.crc32c\":\"", "0=0,", "has \"0=0\"")]
    [InlineData("\"fastnn.crc32c\":\"", "0.bias=00000000,", "must name each tensor once")]
    [InlineData("\"fastnn.checksum\":\"", "y", "says \"yyy")]
    public void Long_values_are_refused_in_short(string key, string part, string message)
    {
        string header = TensorFile.HeaderOf(TensorFile.Saved(s_network));
        byte[] file =
            TensorFile.Of(header.Replace(key, key + string.Concat(Enumerable.Repeat(part, 480_000 / part.Length))), new byte[140]);
        if (!key.Contains("checksum")) file = WithChecksum(file);
        foreach (Action load in (Action[])[() => Network.Load(file), () => Network.Load(new MemoryStream(file))])
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            string text = Assert.Throws<ModelFormatException>(load).Message;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (2L * file.Length) + (1 << 20));
            Assert.Contains(message, text);
            Assert.InRange(text.Length, 0, 400);
            Assert.DoesNotContain(text, char.IsControl);
        }
    }

    [Theory]
    [InlineData("a\\n", "\"a?\"")]
    [InlineData("\\u001b[2J.weight", "\"?[2J.weight\"")]
    [InlineData("\\uD83D\\uDE00.bias", "\"??.bias\"")]
    public void Names_in_messages_hold_no_control_characters(string name, string shown)
    {
        foreach (string header in (string[])[
            Entry("[2,1,1]", "[0,8]").Replace("0.weight", name), Entry("[1]", "[0,4]").Replace("0.weight", name),
            Entry("1", "[0,4]").Replace("0.weight", name),
            $"{{\"{name}\":{{}}}}", $"{{{W},\"{name}\":{{}}}}", Entry("[1,1,1]", "[0,4]").Replace("0.weight", name)])
        {
            string text =
                Assert.Throws<ModelFormatException>(() => Network.Load(TensorFile.Of(header, s_four), NetworkFileTests.Given)).Message;
            Assert.DoesNotContain(text, c => char.IsControl(c) || char.IsSurrogate(c));
            Assert.True(text.Contains(shown) || text.Contains("follow the header"), text);
        }
    }

    /// <summary>Files whose networks and headers take the most memory for their size, and files that claim much.</summary>
    private static IEnumerable<byte[]> Extremes()
    {
        yield return TensorFile.Of(Entry("[30000,30000]", "[0,3600000000]"), s_four);
        yield return TensorFile.Of(Entry("[1000000,1000000]", "[0,4000000000000]"), new byte[1000]);
        yield return Layers(2048, name: 1, biases: false);
        yield return Layers(2048, name: 180, biases: false);
        yield return Layers(1000, name: 1, biases: true);
        yield return Layers(1000, name: 190, biases: true);
        yield return Layers(1000, name: 245, biases: false);
        string keys = string.Join(',', Enumerable.Range(0, 1000).Select(k => $"\"fastnn.{k}\":\"{new string('x', 300)}\""));
        yield return TensorFile.Of($"{{\"__metadata__\":{{{keys}}},{W}}}", s_four);
        yield return TensorFile.Of("{\"" + new string('n', 500_000) + "\":{}}", []);
        yield return TensorFile.Of("{\"__metadata__\":{\"a\":\"" + new string('n', 500_000) + "\"}}", []);
        yield return TensorFile.Of(new string('{', 500_000), []);
        yield return TensorFile.Of("{\"a\":{\"shape\":" + new string('[', 500_000), []);
        yield return TensorFile.Of(new byte[524_288], []);
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], [784, 128, 10], [1000, 1000], [16_384, 1], [1, 100_000, 1]])
            yield return TensorFile.Saved(new Network(widths, seed: 1));
        byte[] deep = TensorFile.Saved(new Network([.. Enumerable.Repeat(1, 1001)], seed: 1));
        yield return deep;
        string more = $"\"fastnn.x\":\"{new string('x', SafetensorsHeader.MaxBytes - TensorFile.HeaderOf(deep).Length - 100)}\",";
        yield return WithChecksum(TensorFile.Edit(deep, header => header.Replace("\"format\"", more + "\"format\"")));
        yield return TensorFile.Of(TensorFile.F64("0.weight", [500, 500], new double[250_000]));
        yield return TensorFile.Of(TensorFile.F32("0.weight", [1_000_000, 1], new float[1_000_000]));
        yield return TensorFile.Of(TensorFile.F16("0.weight", [1000, 1000], new float[1_000_000]));
        yield return TensorFile.Of(TensorFile.F16("0.weight", [1_000_000, 1], new float[1_000_000]));
    }

    /// <summary>
    /// The memory is bounded by the data that are there: twice the file and 1.5 MB, or four times a file of F16. A stream is copied
    /// first. The bound does not depend on what a header claims.
    /// </summary>
    [Fact]
    public void Memory_and_time_grow_with_what_is_there()
    {
        foreach (byte[] file in Extremes())
        {
            string text = Encoding.Latin1.GetString(file);
            LoadOptions? options = text.Contains("fastnn.version") ? null : NetworkFileTests.Given;
            int times = text.Contains("\"F16\"") ? 4 : 2;
            foreach ((int copies, Func<Network> load) in ((int, Func<Network>)[])[
                (0, () => Network.Load(file, options)), (1, () => Network.Load(new MemoryStream(file), options)),
                (1, () => Network.Load(new Trickle(file, 100_000), options))])
            {
                TimeSpan began = ThreadTime.Now;
                long before = GC.GetAllocatedBytesForCurrentThread();
                Loaded(load);
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                NoHang.Assert(began, () => Loaded(load), $"A file of {file.Length} bytes");
                Assert.InRange(allocated, 0, (times + copies) * (long)file.Length + (3 << 19));
            }
        }
    }

    /// <summary>Layers of one input and one output. Their names have about so many characters.</summary>
    private static byte[] Layers(int count, int name, bool biases)
    {
        IEnumerable<TensorFile.Tensor> tensors = Enumerable.Range(0, count).Select(k => $"{new string('n', name)}{k}")
            .SelectMany(layer => (TensorFile.Tensor[])[
                TensorFile.F32($"{layer}.weight", [1, 1], 1f), .. biases ? [TensorFile.F32($"{layer}.bias", [1], 1f)] : s_none]);
        return TensorFile.Of([.. tensors]);
    }

    private static string Entry(string shape, string offsets, string type = "F32") =>
        $"{{\"0.weight\":{{\"dtype\":\"{type}\",\"shape\":{shape},\"data_offsets\":{offsets}}}}}";

    internal static string Replaced(string text, string old, string changed)
    {
        Assert.Contains(old, text);
        return text.Replace(old, changed);
    }

    /// <summary>The file, with a checksum that fits its metadata.</summary>
    internal static byte[] WithChecksum(byte[] file)
    {
        string header = TensorFile.HeaderOf(file);
        using var json = System.Text.Json.JsonDocument.Parse(header);
        var metadata =
            json.RootElement.GetProperty("__metadata__").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
        string fitting = header.Replace(metadata["fastnn.checksum"], SafetensorsMetadata.ChecksumOf(metadata));
        return TensorFile.Of(fitting, TensorFile.DataOf(file));
    }

    private static Network? Loaded(Func<Network> load)
    {
        try
        {
            return load();
        }
        catch (ModelFormatException)
        {
            return null;
        }
    }

    /// <summary>Memory and streams give the same.</summary>
    private static void AssertRefused(byte[] file, string message, LoadOptions? options = null)
    {
        foreach (Action load in (Action[])[() => Network.Load(file, options), () => Network.Load(new MemoryStream(file), options)])
            Assert.Contains(message, Assert.Throws<ModelFormatException>(load).Message);
    }
}
