using System.Runtime.InteropServices;
using System.Text.Json;
using FastNN.Dispatch;
using FastNN.Ensembles;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// An ensemble that is saved and loaded is the same to the bit. Its file is that of torch.func.stack_module_state. Any bytes give an
/// ensemble or a <see cref="ModelFormatException"/>.
/// </summary>
[Collection(nameof(Alone))]
public sealed class EnsembleFileTests : IDisposable
{
    private static readonly int[][] s_small = [[2, 4, 3, 2], [1, 1], [5, 1], [33, 35, 4], [1, 3, 1]];
    private static readonly int[][] s_apart = [[300, 200, 3], [16_385, 2], [5000, 7, 3]];
    private static readonly int[] s_counts = [1, 15, 16, 17, 33];
    private static readonly LoadOptions s_given = NetworkFileTests.Given;
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <summary>What is changed in the header of a good file, and what the message says about it. The checksum fits again.</summary>
    public static TheoryData<string, string, string> ConsistentLies { get; } = new()
    {
        { "\"fastnn.count\":\"17\"", "\"fastnn.count\":\"18\"", "The tensors are those of 17 networks, but the metadata says \"18\"." },
        { "\"fastnn.count\":\"17\"", "\"fastnn.count\":\"2147483647\"", "of 17 networks, but the metadata says \"2147483647\"." },
        { "\"fastnn.count\":\"17\"", "\"fastnn.count\":\"017\"", "of 17 networks, but the metadata says \"017\"." },
        { "\"fastnn.count\"", "\"fastnn.cound\"", "The file holds one network, not an ensemble. Network.Load reads it." },
        { "2,4,3,2", "2,4,4,2", "The tensors are those of widths 2,4,3,2, but the metadata says \"2,4,4,2\"." },
        { "Tanh,Tanh,", "Tanh,", "\"fastnn.activations\" in the metadata must name one for each of 3 layers" },
        { "Tanh,Tanh,", "Softmax,Tanh,", "Softmax in the metadata couples the neurons of a layer." },
        { "2.bias=", "9.bias=", "\"fastnn.crc32c\" in the metadata must name tensors of the file, but has \"9.bias=" },
        { "\"shape\":[17,4]", "\"shape\":[4,17]", "The tensor \"0.bias\" [4, 17] must have two dimensions, the members and the 4 outputs" },
        { "\"shape\":[17,4,2]", "\"shape\":[34,2,2]", "The tensor \"0.bias\" [17, 4] must have two dimensions, the members and the 2 " },
        { "\"F32\",\"shape\":[17,4]", "\"I32\",\"shape\":[17,4]", "The tensor \"0.bias\" [17, 4] must be of type F32" },
    };

    /// <summary>Tensors of others that make no ensemble, and what the message says about them.</summary>
    public static TheoryData<string, long[], string, long[], string> NoEnsembles { get; } = new()
    {
        { "0.weight", [2, 1, 3], "0.bias", [3, 1], "The tensor \"0.bias\" [3, 1] must have as many members as the tensor \"0.weight\"" },
        { "0.weight", [2, 1, 3], "1.weight", [3, 1, 1], "The tensor \"1.weight\" [3, 1, 1] must have as many members as the tensor" },
        { "0.weight", [2, 1, 3], "0.bias", [1], "The tensor \"0.bias\" [1] must have two dimensions, the members and the 1 outputs of" },
        { "0.weight", [2, 1, 3], "0.bias", [], "The tensor \"0.bias\" [] must have two dimensions, the members and the 1 outputs of" },
        { "0.weight", [2, 1, 3], "1.weight", [2, 1, 2], "The tensor \"1.weight\" [2, 1, 2] must take the 1 outputs of the tensor" },
        { "0.weight", [2, 1, 3], "1.weight", [1, 1], "The tensor \"1.weight\" [1, 1] looks like a part of a norm, or a PReLU" },
        { "0.weight", [2, 1, 3], "1.running_mean", [2, 1], "The tensor \"1.running_mean\" [2, 1] looks like a part of a norm" },
        { "0.weight", [2, 1, 3], "1.running_var", [1], "The tensor \"1.running_var\" [1] looks like a part of a norm" },
        { "0.weight", [2, 1, 3], "input_standardizer.mean", [3], "The tensor \"input_standardizer.mean\" [3] is a part of a standard" },
        { "0.weight", [2, 1, 3], "output_standardizer.factor", [2, 1], "The tensor \"output_standardizer.factor\" [2, 1] is a part of" },
        { "0.weight", [2, 1, 3], "other", [2, 1], "The tensor \"other\" [2, 1] is no part of a layer. Weights must be named " },
        { "0.weight", [0, 1, 3], "0.bias", [0, 1], "The tensor \"0.weight\" [0, 1, 3] must have three dimensions, members, " },
        { "0.weight", [2, 0, 3], "0.bias", [2, 0], "The tensor \"0.weight\" [2, 0, 3] must have three dimensions, members, " },
        { "0.weight", [1, 1, 1, 2], "0.bias", [1, 1], "The tensor \"0.weight\" [1, 1, 1, 2] must have three dimensions, members" },
        { "a", [2, 1, 3], "b", [2, 1], "The file holds no weights of a layer. Its tensors: \"a\", \"b\". Weights must be named" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Comes_back_with_the_same_bits(KernelVariant variant)
    {
        var random = new Random(1);
        foreach (int[] widths in (int[][])[.. s_small, .. s_apart])
        {
            bool isSmall = s_small.Contains(widths);
            foreach (int count in isSmall ? s_counts : [1, 2, 17])
            {
                NetworkEnsemble ensemble = New(widths, count, random.Next(), variant);
                Assert.Equal(isSmall && variant != KernelVariant.Scalar, ensemble.Members is MembersInLanes);
                AssertSame(ensemble, NetworkEnsemble.Load(Saved(ensemble), new LoadOptions { Kernels = variant }));
            }
        }
    }

    [Fact]
    public void Members_in_lanes_and_apart_give_the_same_bytes()
    {
        foreach (int[] widths in (int[][])[.. s_small, .. s_apart])
        {
            byte[] file = Saved(New(widths, 17, seed: 1, KernelVariant.Scalar));
            foreach (KernelSet kernels in KernelSet.Supported) Assert.Equal(file, Saved(New(widths, 17, seed: 1, kernels.Variant)));
        }
    }

    [Fact]
    public void Numbers_of_every_kind_keep_their_bits()
    {
        uint[] bits = [0x7FC00000, 0xFFC12345, 0x7F800001, 0xFF800000, 0x80000000, 1];
        var ensemble = new NetworkEnsemble([2, 1], Activation.Relu, Activation.Identity, 2, seed: 1);
        for (int i = 0; i < 2; i++) ensemble.Members.Write(i, MemoryMarshal.Cast<uint, float>(bits.AsSpan(3 * i, 3)));
        NetworkEnsemble loaded = NetworkEnsemble.Load(Saved(ensemble));
        for (int i = 0; i < 2; i++) Assert.Equal(bits.AsSpan(3 * i, 3), MemoryMarshal.Cast<float, uint>(ParametersOf(loaded, i)));
    }

    [Fact]
    public void From_a_path_a_stream_of_any_kind_and_memory()
    {
        NetworkEnsemble ensemble = New([30, 35, 4], 33, seed: 1);
        string path = Path.Combine(_folder, "e.safetensors");
        New([1, 1], 2, seed: 1).Save(path);
        ensemble.Save(path);
        Assert.Equal([path], Directory.GetFiles(_folder));
        byte[] file = File.ReadAllBytes(path);
        Assert.Equal(Saved(ensemble), file);
        AssertSame(ensemble, NetworkEnsemble.Load(path));
        AssertSame(ensemble, NetworkEnsemble.Load(new MemoryStream(file)));
        AssertSame(ensemble, NetworkEnsemble.Load(new Trickle(file, 1000)));
        AssertSame(ensemble, NetworkEnsemble.Load(file, new LoadOptions { Hidden = Activation.Tanh, Verify = false }));
        Assert.Throws<ArgumentNullException>(() => ensemble.Save((Stream)null!));
        Assert.Throws<ArgumentNullException>(() => NetworkEnsemble.Load((Stream)null!));
        File.WriteAllBytes(path, [1, 2, 3]);
        Assert.StartsWith($"{path}: The file ends", Assert.Throws<ModelFormatException>(() => NetworkEnsemble.Load(path)).Message);
    }

    [Fact]
    public void The_file_is_laid_out_as_stack_module_state_does()
    {
        var ensemble = new NetworkEnsemble([2, 3, 1], Activation.Relu, Activation.Softmax, 2, seed: 1);
        for (int i = 0; i < 2; i++) // W [n_in, n_out] and b of each layer
            ensemble.Members.Write(i, [.. Array.ConvertAll([1, 3, 5, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13], value => value + 100f * i)]);
        byte[] file = Saved(ensemble);
        float[] expected =
        [
            1, 2, 3, 4, 5, 6, 101, 102, 103, 104, 105, 106, // 0.weight
            7, 8, 9, 107, 108, 109, // 0.bias
            10, 11, 12, 110, 111, 112, // 2.weight
            13, 113, // 2.bias
        ];
        Assert.Equal(expected, MemoryMarshal.Cast<byte, float>(TensorFile.DataOf(file)));
        string text = TensorFile.HeaderOf(file);
        Assert.Equal(0, (sizeof(ulong) + text.Length) % 64);
        using JsonDocument header = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Assert.Equal(
            ["__metadata__", "0.weight", "0.bias", "2.weight", "2.bias"], header.RootElement.EnumerateObject().Select(p => p.Name));
        JsonElement metadata = header.RootElement.GetProperty("__metadata__");
        string[] keys = ["format", "fastnn.activations", "fastnn.checksum", "fastnn.count", "fastnn.crc32c", "fastnn.version"];
        Assert.Equal([.. keys, "fastnn.widths"], metadata.EnumerateObject().Select(property => property.Name));
        Assert.Equal("2", metadata.GetProperty("fastnn.count").GetString());
        Assert.Equal("2,3,1", metadata.GetProperty("fastnn.widths").GetString());
        Assert.Equal("Relu,Softmax", metadata.GetProperty("fastnn.activations").GetString());
        Assert.Equal("""{"dtype":"F32","shape":[2,3,2],"data_offsets":[0,48]}""", header.RootElement.GetProperty("0.weight").GetRawText());
        Assert.Equal("""{"dtype":"F32","shape":[2,3],"data_offsets":[48,72]}""", header.RootElement.GetProperty("0.bias").GetRawText());
    }

    [Fact]
    public void Each_tensor_stacks_those_of_the_members()
    {
        foreach (int[] widths in (int[][])[[2, 4, 3, 2], [33, 35, 4], [300, 200, 3]])
        {
            NetworkEnsemble ensemble = New(widths, 17, seed: 3);
            Dictionary<string, (long[] Shape, byte[] Data)> stacked = TensorsOf(Saved(ensemble));
            for (int i = 0; i < 17; i++)
            {
                var member = new Network(widths, Activation.Tanh, Activation.Identity, seed: 3 + i);
                Dictionary<string, (long[] Shape, byte[] Data)> own = TensorsOf(TensorFile.Saved(member));
                Assert.Equal(own.Keys, stacked.Keys);
                foreach ((string name, (long[] shape, byte[] data)) in own)
                {
                    Assert.Equal([17, .. shape], stacked[name].Shape);
                    Assert.True(data.AsSpan().SequenceEqual(stacked[name].Data.AsSpan(i * data.Length, data.Length)), name);
                }
            }
        }
    }

    [Fact]
    public void A_member_that_changes_during_Save_is_noticed()
    {
        NetworkEnsemble ensemble = New([2, 3], 20, seed: 1);
        using var changing = new ChangingStream(() => ensemble.Members.Write(19, new float[9]));
        string message = Assert.Throws<InvalidOperationException>(() => ensemble.Save(changing)).Message;
        Assert.StartsWith("The tensor \"0.weight\" changed during Save.", message);
        AssertRefused(changing.ToArray(), "The tensor \"0.weight\" [20, 3, 2] is damaged: its CRC-32C is ");
    }

    [Fact]
    public void Files_of_others_are_read_with_numbers_of_every_type()
    {
        float[] weights = [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -0f], biases = [7, 8, -7, -8]; // [2, 2, 3] and [2, 2]
        foreach (Func<string, long[], float[], TensorFile.Tensor> type in (Func<string, long[], float[], TensorFile.Tensor>[])[
            TensorFile.F32, TensorFile.F16, TensorFile.BF16,
            (name, shape, values) => TensorFile.F64(name, shape, Array.ConvertAll(values, value => (double)value))])
        {
            // PyTorch sorts the tensors by name, so layer 10 stands before layer 2, and biases stand before weights.
            byte[] file = TensorFile.Of(
                type("net.10.weight", [2, 1, 2], [0.5f, 0.25f, 9, 0]), type("net.2.bias", [2, 2], biases),
                type("net.2.weight", [2, 2, 3], weights));
            NetworkEnsemble ensemble = NetworkEnsemble.Load(file, s_given);
            Assert.Equal((2, 3, 1), (ensemble.Count, ensemble.Inputs, ensemble.Outputs));
            Cases.AssertSameBits([1, 4, 2, 5, 3, 6, 7, 8, 0.5f, 0.25f, 0], ParametersOf(ensemble, 0), "member 0");
            Cases.AssertSameBits([-1, -4, -2, -5, -3, -0f, -7, -8, 9, 0, 0], ParametersOf(ensemble, 1), "member 1");
            Assert.Equal([Activation.Relu, Activation.Identity], ensemble.Shape.Layers.Select(layer => layer.Activation));
        }
    }

    [Fact]
    public void Files_of_others_may_have_inputs_first_and_layers_to_choose_from()
    {
        TensorFile.Tensor kernel = TensorFile.F32("actor.kernel", [2, 2, 1], 1, 2, 3, 4);
        TensorFile.Tensor head = TensorFile.F32("head.weight", [2, 1, 1], 5, 6);
        TensorFile.Tensor[] others = [TensorFile.F32("critic.weight", [3, 1, 9], new float[27]), new("steps", "I64", [], new byte[8])];
        byte[] file = TensorFile.Of([head, .. others, kernel, TensorFile.F32("head.bias", [2, 1, 1], 7, 8)]);
        NetworkEnsemble ensemble = NetworkEnsemble.Load(file, s_given with { Layers = ["actor", "head"] });
        Assert.Equal([1, 2, 0, 5, 7], ParametersOf(ensemble, 0));
        Assert.Equal([3, 4, 0, 6, 8], ParametersOf(ensemble, 1));
        AssertRefused(file, "The order of the layers \"actor\" and \"critic\" does not follow from the numbers in them", s_given);
        AssertRefused(file, "The file has no weights of a layer \"tail\"", s_given with { Layers = ["tail"] });
        AssertRefused(TensorFile.Of(head), "The file does not name the activations of its 1 layers", null);
    }

    [Fact]
    public void Own_files_are_as_those_of_others_without_their_metadata()
    {
        NetworkEnsemble ensemble = New([33, 35, 4], 17, seed: 1);
        LoadOptions options = new() { Hidden = Activation.Tanh, Output = Activation.Identity, Layers = ["0", "2"] };
        AssertSame(ensemble, NetworkEnsemble.Load(Saved(ensemble), options));
        AssertRefused(
            Saved(ensemble), "The activation of layer 0 is Tanh in the file, but Relu in the options.", new() { Hidden = Activation.Relu });
    }

    [Fact]
    public void A_file_of_the_other_kind_is_refused_and_the_message_says_what_reads_it()
    {
        byte[] one = TensorFile.Saved(new Network([2, 3], seed: 1)), many = Saved(New([2, 3], 17, seed: 1));
        byte[] oneOfOthers = TensorFile.Of(TensorFile.F32("0.weight", [1, 2], 1, 2), TensorFile.F32("0.bias", [1], 3));
        byte[] manyOfOthers =
            TensorFile.Of(TensorFile.F32("0.weight", [3, 1, 2], new float[6]), TensorFile.F32("0.bias", [3, 1], 3, 4, 5));
        AssertRefused(one, "The file holds one network, not an ensemble. Network.Load reads it.");
        AssertRefused(
            oneOfOthers, "The tensor \"0.weight\" [1, 2] must have three dimensions, members, outputs and inputs, of at least 1. "
            + "With two, it fits one network, which Network.Load reads.", s_given);
        const string manyMessage = "The file holds an ensemble of 17 networks, not one network. NetworkEnsemble.Load reads it.";
        Assert.Equal(manyMessage, Assert.Throws<ModelFormatException>(() => Network.Load(many)).Message);
        Assert.Equal(
            "The tensor \"0.weight\" [3, 1, 2] must have two dimensions, outputs and inputs, of at least 1. "
            + "With three, it fits an ensemble of 3 networks, which NetworkEnsemble.Load reads.",
            Assert.Throws<ModelFormatException>(() => Network.Load(manyOfOthers, s_given)).Message);
        var trainer = new Trainer(new Network([2, 3], seed: 1), new Sgd(0.1f));
        Assert.Equal(manyMessage, Assert.Throws<ModelFormatException>(() => trainer.Load(new MemoryStream(many))).Message);
    }

    [Theory]
    [MemberData(nameof(NoEnsembles))]
    public void Tensors_that_make_no_ensemble_are_refused(string first, long[] shape, string second, long[] otherShape, string message)
    {
        byte[] file = TensorFile.Of(Zeros(first, shape), Zeros(second, otherShape));
        AssertRefused(file, message, s_given);

        static TensorFile.Tensor Zeros(string name, long[] shape) =>
            TensorFile.F32(name, shape, new float[shape.Aggregate(1L, (size, dimension) => size * dimension)]);
    }

    [Fact]
    public void Options_that_place_norms_are_refused() => AssertRefused(
        TensorFile.Of(TensorFile.F32("0.weight", [1, 1, 1], 1), TensorFile.F32("1.running_mean", [1, 1], 1)),
        "LoadOptions.Norms must be null or empty for an ensemble", s_given with { Norms = [new BatchNorm("1") { After = "0" }] });

    [Theory]
    [MemberData(nameof(ConsistentLies))]
    public void Metadata_that_contradict_the_tensors_are_refused(string old, string changed, string message)
    {
        byte[] good = Saved(New([2, 4, 3, 2], 17, seed: 1));
        AssertSame(New([2, 4, 3, 2], 17, seed: 1), NetworkEnsemble.Load(HostileFileTests.WithChecksum(good)));
        byte[] file = TensorFile.Edit(good, header => HostileFileTests.Replaced(header, old, changed));
        AssertRefused(HostileFileTests.WithChecksum(file), message);
        if (!old.Contains("shape")) AssertRefused(file, "The metadata is damaged: its CRC-32C is ");
    }

    [Fact]
    public void Every_bit_counts()
    {
        NetworkEnsemble ensemble = New([2, 3, 1], 3, seed: 1);
        byte[] file = Saved(ensemble);
        int data = file.Length - 3 * 13 * sizeof(float), same = 0;
        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            file[bit / 8] ^= (byte)(1 << bit % 8);
            if (bit >= 8 * data)
            {
                AssertRefused(file, "is damaged: its CRC-32C is ");
            }
            else if (Loaded(file, null) is { } loaded)
            {
                AssertSame(ensemble, loaded);
                same++;
            }

            file[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.InRange(same, 1, 8 * 30); // where "format" became another word, and spaces became other white space
    }

    [Fact]
    public void Every_length_but_the_right_one_is_refused()
    {
        byte[] file = Saved(New([2, 3, 1], 3, seed: 1));
        for (int length = 0; length < file.Length; length++) AssertRefused(file[..length], "");
        AssertRefused([.. file, 0], "The tensors of the header take 156 bytes, but");
    }

    [Fact]
    public void Damaged_files_are_loaded_or_refused_and_take_little_memory()
    {
        byte[][] seeds =
        [
            Saved(New([2, 4, 3, 2], 3, seed: 1)), Saved(New([1, 1], 17, seed: 1)),
            TensorFile.Of(
                TensorFile.F16("net.0.weight", [2, 3, 2], new float[12]), TensorFile.F32("net.2.weight", [2, 1, 3], new float[6]),
                TensorFile.F64("net.2.bias", [2, 1], 1, 2)),
            TensorFile.Of(TensorFile.BF16("W1", [3, 1, 2], new float[6]), TensorFile.F32("b1", [3, 2], new float[6])),
        ];
        int loaded = 0;
        for (int seed = 0; seed < 8000; seed++)
        {
            var random = new Random(seed);
            int k = random.Next(seeds.Length);
            byte[] file = FileFuzzTests.Damaged(seeds[k], random);
            if (seed % 50 == 0) random.NextBytes(file);
            LoadOptions options = (k < 2 ? new LoadOptions() : s_given) with { Verify = seed % 3 > 0 };
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (Loaded(file, options) is not null) loaded++;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * file.Length + (1 << 20));
        }

        Assert.InRange(loaded, 80, 7900);
    }

    /// <summary>
    /// Members that a header claims take no memory. Those that are there take at most twice the file, or four times a file of F16. Those of
    /// the reference are whole networks.
    /// </summary>
    [Fact]
    public void Memory_grows_with_what_is_there()
    {
        foreach (long count in (long[])[1_000_000, int.MaxValue, 1L << 40, 1L << 61])
        {
            string entry = $"{{\"0.weight\":{{\"dtype\":\"F32\",\"shape\":[{count},1,1],\"data_offsets\":[0,";
            AssertBounded(TensorFile.Of($"{entry}{4 * (Int128)count}]}}}}", new byte[4]), 2, isEnsemble: false);
            AssertBounded(TensorFile.Of($"{entry}4]}}}}", new byte[4]), 2, isEnsemble: false);
            string empty = $"{{\"0.weight\":{{\"dtype\":\"F32\",\"shape\":[{count},0,1],\"data_offsets\":[0,0]}}}}";
            AssertBounded(TensorFile.Of(empty, []), 2, isEnsemble: false);
        }

        byte[] one = TensorFile.Of(
            TensorFile.F32("0.weight", [1, 1, 1], 1), TensorFile.F32("0.bias", [1_000_000, 1], new float[1_000_000]));
        AssertBounded(one, 2, isEnsemble: false);
        int many = Kernels.Default == KernelVariant.Scalar ? 20_000 : 1_000_000; // a network for each takes longer
        AssertBounded(TensorFile.Of(TensorFile.F32("0.weight", [many, 1, 1], new float[many])), 2, isEnsemble: true, many);
        AssertBounded(TensorFile.Of(TensorFile.F16("0.weight", [many, 1, 1], new float[many])), 4, isEnsemble: true, many);
        AssertBounded(TensorFile.Of(TensorFile.F16("0.weight", [3, 500, 700], new float[1_050_000])), 4, isEnsemble: true);
    }

    private static void AssertBounded(byte[] file, int times, bool isEnsemble, int members = 0)
    {
        const int bytesOfNetwork = 1536;
        long networks = Kernels.Default == KernelVariant.Scalar ? members * (long)bytesOfNetwork : 0;
        foreach ((int copies, Func<Stream> open) in ((int, Func<Stream>)[])[(0, () => null!), (1, () => new Trickle(file, 100_000))])
        {
            TimeSpan began = ThreadTime.Now;
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(isEnsemble, Loaded(file, s_given, open()) is not null);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(allocated, 0, (times + copies) * (long)file.Length + (3 << 19) + networks);
            NoHang.Assert(began, () => Loaded(file, s_given, open()), $"A file of {file.Length} bytes");
        }
    }

    private static NetworkEnsemble New(int[] widths, int count, int seed, KernelVariant variant = KernelVariant.Auto) =>
        new(widths, Activation.Tanh, Activation.Identity, count, seed, null, variant);

    private static byte[] Saved(NetworkEnsemble ensemble)
    {
        using var stream = new MemoryStream();
        ensemble.Save(stream);
        return stream.ToArray();
    }

    private static float[] ParametersOf(NetworkEnsemble ensemble, int member)
    {
        float[] parameters = new float[ensemble.Shape.Parameters.Length];
        ensemble.Members.Read(member, parameters);
        return parameters;
    }

    internal static void AssertSame(NetworkEnsemble expected, NetworkEnsemble actual)
    {
        Assert.Equal($"{expected}", $"{actual}");
        for (int i = 0; i < expected.Count; i++)
            Cases.AssertSameBits(ParametersOf(expected, i), ParametersOf(actual, i), $"member {i} of {expected}");
    }

    private static NetworkEnsemble? Loaded(byte[] file, LoadOptions? options, Stream? stream = null)
    {
        try
        {
            return stream is null ? NetworkEnsemble.Load(file, options) : NetworkEnsemble.Load(stream, options);
        }
        catch (ModelFormatException)
        {
            return null;
        }
    }

    /// <summary>Memory and streams give the same.</summary>
    private static void AssertRefused(byte[] file, string message, LoadOptions? options = null)
    {
        foreach (Action load in (Action[])[
            () => NetworkEnsemble.Load(file, options), () => NetworkEnsemble.Load(new MemoryStream(file), options)])
        {
            Assert.Contains(message, Assert.Throws<ModelFormatException>(load).Message);
        }
    }

    /// <summary>The tensors of a file by name, in the order of the file.</summary>
    private static Dictionary<string, (long[] Shape, byte[] Data)> TensorsOf(byte[] file)
    {
        using JsonDocument header = JsonDocument.Parse(TensorFile.HeaderOf(file));
        byte[] data = TensorFile.DataOf(file);
        return header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToDictionary(
            entry => entry.Name,
            entry =>
            {
                int[] offsets = Numbers(entry.Value, "data_offsets", number => number.GetInt32());
                return (Numbers(entry.Value, "shape", number => number.GetInt64()), data[offsets[0]..offsets[1]]);
            });

        static T[] Numbers<T>(JsonElement entry, string name, Func<JsonElement, T> number) =>
            [.. entry.GetProperty(name).EnumerateArray().Select(number)];
    }
}
