using System.Diagnostics;
using System.Globalization;
using FastNN.Onnx;
using FastNN.Onnx.Schema;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>Data in files beside the model: they are read from its folder only, and only as much as is there.</summary>
public sealed class OnnxExternalDataTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fastnn").FullName;
    private readonly string _folder;

    public OnnxExternalDataTests()
    {
        _folder = Path.Combine(_root, "model");
        Directory.CreateDirectory(Path.Combine(_folder, "below"));
    }

    public static TheoryData<string, string> WrongEntries { get; } = new()
    {
        { "../weights.bin", "must be in the folder of the model" },
        { "below/../../weights.bin", "must be in the folder of the model" },
        { "/etc/hostname", "must be in the folder of the model" },
        { "C:\\weights.bin", "must be in the folder of the model" },
        { "", "must be in the folder of the model" },
        { "a\0b", "must be in the folder of the model" },
        { "not there.bin", "is not in the folder of the model" },
        { "below", "is not in the folder of the model" },
        { "short.bin", "but the file has 10" },
    };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("weights.bin")]
    [InlineData("below/weights.bin")]
    [InlineData("./weights.bin")]
    public void Weights_are_read_from_the_folder_of_the_model(string location)
    {
        var network = new Network([3, 4, 2], Activation.Relu, Activation.Identity, seed: 1);
        Network loaded = OnnxModel.Load(Save(network, location));
        Cases.AssertSameBits(network.Parameters, loaded.Parameters, "parameters");
    }

    [Theory]
    [MemberData(nameof(WrongEntries))]
    public void Other_files_are_refused(string location, string message)
    {
        string path = Save(new Network([3, 2], seed: 1), "weights.bin", tensor => tensor.ExternalData[0].Value = location);
        File.Copy(Path.Combine(_folder, "weights.bin"), Path.Combine(_root, "weights.bin"));
        File.WriteAllBytes(Path.Combine(_folder, "short.bin"), new byte[10]);
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("offset", "-1", "must be a number")]
    [InlineData("offset", "1e3", "must be a number")]
    [InlineData("offset", "9223372036854775807", "but the file has")]
    [InlineData("offset", "99999999999999999999", "must be a number")]
    [InlineData("length", "23", "claims 23 bytes of external data, but its shape and type make 24")]
    public void Wrong_places_are_refused(string key, string value, string message)
    {
        string path = Save(
            new Network([3, 2], seed: 1), "weights.bin", tensor => tensor.ExternalData.Single(entry => entry.Key == key).Value = value);
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_must_stay_in_the_folder()
    {
        if (OperatingSystem.IsWindows()) return; // creating links needs a right there
        var network = new Network([3, 2], seed: 1);
        string path = Save(network, "weights.bin"), weights = Path.Combine(_folder, "weights.bin"), outside = Path.Combine(_root, "o.bin");
        File.Move(weights, outside);
        File.CreateSymbolicLink(weights, outside);
        Assert.Contains("a link that leads out", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message);

        File.Delete(weights);
        File.Move(outside, Path.Combine(_folder, "below", "real.bin"));
        File.CreateSymbolicLink(weights, "below/real.bin");
        Cases.AssertSameBits(network.Parameters, OnnxModel.Load(path).Parameters, "parameters");

        Directory.Move(Path.Combine(_folder, "below"), Path.Combine(_root, "elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "below"), Path.Combine(_root, "elsewhere"));
        Assert.Contains("a link that leads out", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message);
    }

    [Fact]
    public void A_stream_has_no_other_files()
    {
        string path = Save(new Network([3, 2], seed: 1), "weights.bin");
        using FileStream stream = File.OpenRead(path);
        byte[] bytes = File.ReadAllBytes(path);
        foreach (Action load in (Action[])[() => OnnxModel.Load(stream), () => OnnxModel.Load(bytes)])
            Assert.Contains("load the model by its path", Assert.Throws<ModelFormatException>(load).Message);
    }

    /// <summary>A small model must not make memory grow by naming the same large file again and again.</summary>
    [Fact]
    public void Data_that_are_used_twice_are_counted_twice()
    {
        var model = new OnnxBuilder("batch", 1);
        string[] names = [.. Enumerable.Range(0, 8).Select(k => $"w{k}")];
        foreach (string name in names)
        {
            var tensor = new TensorProto { Name = name, DataType = 1, Dims = { 1, 1 << 20 }, DataLocation = 1 };
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "large.bin" });
            model.Graph.Initializer.Add(tensor);
        }

        File.WriteAllBytes(Path.Combine(_folder, "large.bin"), new byte[1 << 22]);
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.Node("MatMul", "x", model.Node("Concat", names).With("axis", 1).Value).ToBytes());
        Assert.Contains("external data", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message);
    }

    /// <summary>A file counts once, whatever its locations are.</summary>
    [Fact]
    public void Other_names_of_a_file_do_not_make_it_count_again()
    {
        var model = new OnnxBuilder("batch", 1);
        for (string location = "large.bin"; location.Length < 40; location = "./" + location)
        {
            string wide = External(model, location, 1, 1 << 20);
            model.Op("MatMul", wide).Op("MatMul", External(model, location, 1 << 20, 1));
        }

        File.WriteAllBytes(Path.Combine(_folder, "large.bin"), new byte[1 << 22]);
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.ToBytes());
        Assert.Contains("external data", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message);
    }

    /// <summary>A file of 3 GB takes no place on a disk if nothing is in it.</summary>
    [Fact]
    public void More_than_an_array_holds_is_refused()
    {
        var model = new OnnxBuilder("batch", 1 << 15);
        model.Op("MatMul", External(model, "large.bin", 1 << 15, 3 << 13));
        string path = Path.Combine(_folder, "model.onnx"), large = Path.Combine(_folder, "large.bin");
        File.WriteAllBytes(path, model.ToBytes());
        using (SafeFileHandle file = File.OpenHandle(large, FileMode.Create, FileAccess.Write)) RandomAccess.SetLength(file, 3L << 30);
        Assert.Contains("keeps 3221225472 bytes", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message);
    }

    /// <summary>A tensor without values reads nothing, so it opens nothing: opening a pipe would wait for a writer.</summary>
    [Fact]
    public async Task A_pipe_is_not_opened()
    {
        if (OperatingSystem.IsWindows()) return; // pipes are no files there
        using (var command = Process.Start("mkfifo", Path.Combine(_folder, "pipe"))) await command.WaitForExitAsync(Token);
        var model = new OnnxBuilder("batch", 4);
        model.Op("Reshape", External(model, "pipe", 7, [0]));
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.ToBytes());
        Task<ModelFormatException> load = Task.Run(() => Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)), Token);
        Assert.Contains("it must keep samples as rows", (await load.WaitAsync(TimeSpan.FromSeconds(60), Token)).Message);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string External(OnnxBuilder model, string location, params long[] shape) => External(model, location, 1, shape);

    private static string External(OnnxBuilder model, string location, int type, long[] shape)
    {
        var tensor = new TensorProto { Name = $"e{model.Graph.Initializer.Count}", DataType = type, Dims = { shape }, DataLocation = 1 };
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        model.Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Saves a model with all initializers in one file, each from a multiple of 64 on.</summary>
    /// <summary>
    /// Damaged models with damaged files beside them, a tenth as many as FASTNN_FUZZ says. They are networks or they are refused, within
    /// the bounds of memory and time.
    /// </summary>
    [Fact]
    public void Mutations_are_networks_or_are_refused()
    {
        int count = int.Parse(Environment.GetEnvironmentVariable("FASTNN_FUZZ") ?? "10000", CultureInfo.InvariantCulture) / 10;
        string path = Save(new Network([3, 4, 2], Activation.Relu, Activation.Identity, seed: 1), "weights.bin");
        string weights = Path.Combine(_folder, "weights.bin");
        byte[][] models = [File.ReadAllBytes(path)];
        byte[] data = File.ReadAllBytes(weights);
        int networks = 0;
        for (int k = 0; k < count; k++)
        {
            var random = new Random(k);
            byte[] mutation = random.Next(4) == 0 ? models[0] : OnnxHostileTests.Mutate(models, random);
            File.WriteAllBytes(path, mutation);
            long length = Damage(weights, data, random);
            TimeSpan began = ThreadTime.Now;
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                OnnxModel.Load(path);
                networks++;
            }
            catch (ModelFormatException)
            {
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Mutation {k}, {Convert.ToHexString(mutation)}", exception);
            }

            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(bytes <= 2 * (mutation.Length + length) + (1 << 20), $"Mutation {k} took {bytes} bytes.");
            NoHang.Assert(began, () => OnnxModel.Load(path), $"Mutation {k}");
        }

        Assert.InRange(networks, count / 100, count * 9 / 10);
    }

    /// <summary>Writes the data, or a part, or more, or nothing, or a folder or a link in their place. Returns their length.</summary>
    private long Damage(string weights, byte[] data, Random random)
    {
        if (Directory.Exists(weights)) Directory.Delete(weights);
        else File.Delete(weights);
        switch (random.Next(8))
        {
            case 0:
                Directory.CreateDirectory(weights);
                return 0;
            case 1:
                return 0;
            case 2 when !OperatingSystem.IsWindows(): // a link needs a right there
                File.WriteAllBytes(Path.Combine(_folder, "other.bin"), data);
                File.CreateSymbolicLink(weights, random.Next(2) == 0 ? "other.bin" : "/dev/zero");
                return data.Length;
            case 3:
                File.WriteAllBytes(weights, data[..random.Next(data.Length)]);
                return data.Length;
            case 4:
                File.WriteAllBytes(weights, [.. data, .. new byte[random.Next(1000)]]);
                return new FileInfo(weights).Length;
            default:
                File.WriteAllBytes(weights, data);
                return data.Length;
        }
    }

    private string Save(Network network, string location, Action<TensorProto>? edit = null)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxTests.Save(network));
        using FileStream data = File.Create(Path.Combine(_folder, location));
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            data.SetLength((data.Length + 63) / 64 * 64);
            (string Key, string Value)[] entries =
            [
                ("location", location),
                ("offset", data.Length.ToString(CultureInfo.InvariantCulture)),
                ("length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture)),
            ];
            data.Position = data.Length;
            data.Write(tensor.RawData.Span);
            foreach ((string key, string value) in entries)
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            (tensor.RawData, tensor.DataLocation) = (ByteString.Empty, 1);
        }

        edit?.Invoke(model.Graph.Initializer[0]);
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }
}
