using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>A network that is saved and loaded is the same to the bit. This holds for all kinds of networks and of sources.</summary>
public sealed class NetworkFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void Comes_back_with_the_same_bits(KernelVariant variant)
    {
        // Ragged layers: their transposes end in every way. Some take several blocks, and some rows are longer than a block.
        var random = new Random(1);
        int[][] networks =
        [
            [2, 4, 3, 2], [1, 1], [1, 3, 1], [784, 128, 10], [20_000, 3, 2], [16_385, 1, 17, 5], [3, 20_000, 2], [5000, 7, 33],
            [1031, 131, 67],
            [33, 35, 34, 36, 1],
            .. Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, random.Next(2, 6)).Select(_ => random.Next(1, 70)).ToArray()),
        ];
        foreach (int[] widths in networks)
        {
            Activation[] activations = Cases.RandomActivations(random, widths.Length - 1);
            var network = new Network(widths, activations, seed: random.Next(), Initializer.PyTorch, variant);
            AssertSame(network, Network.Load(TensorFile.Saved(network), new LoadOptions { Kernels = variant }));
        }
    }

    [Fact]
    public void Every_activation_and_every_constructor_comes_back()
    {
        foreach (Activation last in Activation.All)
        {
            Activation hidden = last.IsElementwise ? last : Activation.Tanh;
            AssertSame(new Network([3, 5, 4], hidden, last, seed: 2), null);
            AssertSame(new Network([3, 5, 4], [Activation.Gelu, last], seed: 3), null);
        }

        AssertSame(new Network([3, 5, 4], seed: 4), null);
    }

    [Fact]
    public void From_a_path_a_stream_of_any_kind_and_memory()
    {
        var network = new Network([300, 257, 5], seed: 1);
        string path = Path.Combine(_folder, "n.safetensors");
        network.Save(path);
        byte[] file = File.ReadAllBytes(path);
        Assert.Equal(TensorFile.Saved(network), file);
        AssertSame(network, Network.Load(path));
        AssertSame(network, Network.Load(file));
        AssertSame(network, Network.Load(new MemoryStream(file)));
        AssertSame(network, Network.Load(new Trickle(file, 1 << 20)));
        AssertSame(network, Network.Load(new Trickle(file, 1000)));

        using var behind = new MemoryStream([1, 2, 3, .. file]);
        behind.Position = 3;
        AssertSame(network, Network.Load(behind));
        Assert.True(behind.CanRead);
    }

    [Fact]
    public void A_file_is_replaced_as_a_whole_and_nothing_else_is_left()
    {
        string path = Path.Combine(_folder, "n.safetensors");
        new Network([2, 2], seed: 1).Save(path);
        var other = new Network([2, 3, 1], seed: 2);
        other.Save(path);
        AssertSame(other, Network.Load(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(0x7FC00000u)]
    [InlineData(0xFFC12345u)]
    [InlineData(0x7F800000u)]
    [InlineData(0xFF800000u)]
    [InlineData(0x80000000u)]
    [InlineData(0x00000001u)]
    public void Parameters_of_every_kind_come_back_and_verify(uint bits)
    {
        var network = new Network([3, 4, 2], Activation.Relu, Activation.Identity, seed: 1);
        network.Parameters[2] = BitConverter.UInt32BitsToSingle(bits);
        network.Parameters[^1] = BitConverter.UInt32BitsToSingle(bits);
        Network loaded = Network.Load(TensorFile.Saved(network));
        Assert.True(MemoryMarshal.AsBytes(network.Parameters).SequenceEqual(MemoryMarshal.AsBytes(loaded.Parameters)));
    }

    [Fact]
    public void The_header_is_that_of_the_format()
    {
        byte[] file = TensorFile.Saved(new Network([2, 4, 3, 2], Activation.Relu, Activation.Softmax, seed: 1));
        string text = TensorFile.HeaderOf(file);
        Assert.Equal(0, (sizeof(ulong) + text.Length) % 64);
        Assert.Equal(35 * sizeof(float), TensorFile.DataOf(file).Length);
        using JsonDocument header = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        string[] keys = ["__metadata__", "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"];
        Assert.Equal(keys, header.RootElement.EnumerateObject().Select(property => property.Name));
        JsonElement metadata = header.RootElement.GetProperty("__metadata__");
        Assert.Equal("pt", metadata.GetProperty("format").GetString());
        Assert.Equal("1", metadata.GetProperty("fastnn.version").GetString());
        Assert.Equal("2,4,3,2", metadata.GetProperty("fastnn.widths").GetString());
        Assert.Equal("Relu,Relu,Softmax", metadata.GetProperty("fastnn.activations").GetString());
        Assert.Equal("""{"dtype":"F32","shape":[3,4],"data_offsets":[48,96]}""", header.RootElement.GetProperty("2.weight").GetRawText());
    }

    [Fact]
    public void Weights_are_transposed_as_PyTorch_has_them()
    {
        var network = new Network([2, 3], seed: 1);
        Network.Load(TensorFile.Of(TensorFile.F32("0.weight", [3, 2], 1, 2, 3, 4, 5, 6), TensorFile.F32("0.bias", [3], 7, 8, 9)), Given)
            .Parameters.CopyTo(network.Parameters);
        Assert.Equal([1, 3, 5, 2, 4, 6, 7, 8, 9], network.Parameters);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], MemoryMarshal.Cast<byte, float>(TensorFile.DataOf(TensorFile.Saved(network))));
    }

    [Fact]
    public void Wide_networks_have_fewer_samples()
    {
        foreach ((int inputs, int samples) in ((int, int)[])[(2, 3), (1364, 3), (1365, 2), (2048, 1), (16_383, 1), (16_384, 0)])
        {
            byte[] file = TensorFile.Saved(new Network([inputs, 1], seed: 1));
            using JsonDocument header = JsonDocument.Parse(TensorFile.HeaderOf(file));
            byte[] values = header.RootElement.GetProperty("__metadata__").GetProperty("fastnn.samples").GetBytesFromBase64();
            Assert.Equal(samples * (inputs + 1) * sizeof(float), values.Length);
            Network.Load(file);
        }
    }

    [Fact]
    public void A_thousand_layers_are_saved_and_no_more()
    {
        int[] widths = [.. Enumerable.Repeat(1, 1001)];
        var network = new Network(widths, Activation.LeakyRelu, Activation.Identity, seed: 1);
        AssertSame(network, null);
        var deeper = new Network([.. widths, 1], seed: 1);
        var exception = Assert.Throws<InvalidOperationException>(() => deeper.Save(Stream.Null));
        Assert.Equal("A file holds at most 1000 layers, but the network has 1001.", exception.Message);
    }

    [Fact]
    public void The_file_of_the_first_version_loads()
    {
        byte[] golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "version1.safetensors"));
        Network network = Golden();
        AssertSame(network, Network.Load(golden));
        Assert.Equal(golden, TensorFile.Saved(network));
    }

    internal static LoadOptions Given { get; } = new() { Hidden = Activation.Relu, Output = Activation.Identity };

    /// <summary>What the golden file holds. Its numbers are exact in every notation.</summary>
    internal static Network Golden()
    {
        var network = new Network([3, 5, 2], [Activation.Gelu, Activation.Softmax], seed: 1);
        for (int k = 0; k < network.Parameters.Length; k++) network.Parameters[k] = (k - 13) / 8f;
        return network;
    }

    /// <summary>Compares a network with what was loaded. If that is null, it compares with what comes back from memory.</summary>
    internal static void AssertSame(Network expected, Network? actual)
    {
        actual ??= Network.Load(TensorFile.Saved(expected));
        Assert.Equal(LayersOf(expected), LayersOf(actual));
        Cases.AssertSameBits(expected.Parameters, actual.Parameters, "parameters");
        Assert.Equal(expected.KernelVariant, actual.KernelVariant);

        static IEnumerable<(int, int, Activation)> LayersOf(Network network) =>
            network.Layers.Select(layer => (layer.Inputs, layer.Outputs, layer.Activation));
    }
}
