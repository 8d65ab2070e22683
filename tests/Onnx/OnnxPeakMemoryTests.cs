using System.Diagnostics;
using FastNN.Onnx;
using FastNN.Onnx.Schema;
using Google.Protobuf;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>
/// Loading takes at most twice the size of the file and a megabyte of real memory: of the process, with native memory and with all that the
/// garbage collector has not yet given back. A process has only one peak. So each test runs once more, in a process of its own.
/// </summary>
[Collection(nameof(Alone))]
public sealed class OnnxPeakMemoryTests : IDisposable
{
    /// <summary>
    /// The size of the large part of a file, and what .NET itself takes meanwhile: code that is compiled, tables of the collector. On Linux
    /// it was 0.3 MB. A third copy of a file would be 64 MB.
    /// </summary>
    private const int Large = 64 << 20, Runtime = 16 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("fastnn").FullName;

    public static TheoryData<string> Names { get; } =
    [
        nameof(A_network_from_a_file), nameof(A_network_from_a_stream), nameof(A_name_as_large_as_the_file), nameof(External_data),
        nameof(Weights_that_are_computed),
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task In_a_process_of_its_own(string test)
    {
        (int exit, string output) =
            await OtherProcess.Run([$"{typeof(OnnxPeakMemoryTests).FullName}.{test}"], TimeSpan.FromMinutes(5));
        OtherProcess.AssertPassed(exit, output, least: 1);
    }

    [Fact]
    public void A_network_from_a_file() => AssertBounded(WithWeights(), path => Assert.Equal(1 << 12, OnnxModel.Load(path).Inputs));

    [Fact]
    public void A_network_from_a_stream() => AssertBounded(WithWeights(), path =>
    {
        using FileStream stream = File.OpenRead(path);
        Assert.Equal(1 << 12, OnnxModel.Load(stream).Inputs);
    });

    /// <summary>A string takes two bytes for each byte in the file.</summary>
    [Fact]
    public void A_name_as_large_as_the_file() => AssertBounded(
        new TensorProto(), TensorProto.NameFieldNumber, path => Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)));

    /// <summary>The data beside the model count as a part of it.</summary>
    [Fact]
    public void External_data()
    {
        TensorProto weights = WithWeights();
        weights.DataLocation = 1;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "model.data" });
        using (FileStream data = File.Create(Path.Combine(_folder, "model.data"))) data.SetLength(Large);
        OnnxBuilder model = new OnnxBuilder().Op("MatMul", "c0");
        model.Graph.Initializer.Add(weights);
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.ToBytes());
        AssertBounded(path, Large, () => Assert.Equal(1 << 12, OnnxModel.Load(path).Inputs));
    }

    /// <summary>Weight normalisation: no other copy of the weights is made.</summary>
    [Fact]
    public void Weights_that_are_computed()
    {
        string path = Path.Combine(_folder, "model.onnx");
        var model = new OnnxBuilder();
        string norm = model.Node("ReduceL2", "c0").With("axes", new long[] { 1 }).Value;
        byte[] graph = model.Node("MatMul", "x", model.Node("Mul", model.Node("Div", "c0", norm).Value, norm).Value).ToBytes();
        long size = Write(path, WithWeights(), TensorProto.RawDataFieldNumber, graph);
        AssertBounded(path, size, () => Assert.Equal(1 << 12, OnnxModel.Load(path).Inputs));
    }

    private void AssertBounded(TensorProto tensor, Action<string> load) => AssertBounded(tensor, TensorProto.RawDataFieldNumber, load);

    /// <param name="tensor">The tensor c0, which the only layer takes, without its large field.</param>
    /// <param name="large">The number of the large field. Its bytes are 0.</param>
    /// <param name="load">Loads the file.</param>
    private void AssertBounded(TensorProto tensor, int large, Action<string> load)
    {
        string path = Path.Combine(_folder, "model.onnx");
        long size = Write(path, tensor, large, new OnnxBuilder().Op("MatMul", "c0").ToBytes());
        AssertBounded(path, size, () => load(path));
    }

    private static void AssertBounded(string path, long size, Action load)
    {
        byte[] small = OnnxTests.Save(new Network([2, 2], seed: 1));
        for (int k = 0; k < 50; k++) OnnxModel.Load(small); // now the code is compiled

        long before = Peak();
        load();
        long after = Peak();
        Assert.InRange(after, Large, long.MaxValue); // it is measured at all
        Assert.InRange(after - before, 0, 2 * size + (1 << 20) + Runtime);
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return OperatingSystem.IsMacOS() ? process.WorkingSet64 : process.PeakWorkingSet64; // macOS tells .NET no peak
    }

    private static TensorProto WithWeights() => new() { Name = "c0", DataType = 1, Dims = { 1 << 12, Large / sizeof(float) >> 12 } };

    /// <summary>
    /// Writes a graph that reads c0. The tensor is a second graph behind the first. Parsers merge them. So nothing large is ever in memory here.
    /// </summary>
    private static long Write(string path, TensorProto tensor, int large, byte[] graph)
    {
        using FileStream stream = File.Create(path);
        stream.Write(graph);
        using var output = new CodedOutputStream(stream);
        int inTensor = tensor.CalculateSize() + Length(large, Large), inGraph = Length(GraphProto.InitializerFieldNumber, inTensor);
        output.WriteTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteLength(inGraph);
        output.WriteTag(GraphProto.InitializerFieldNumber, WireFormat.WireType.LengthDelimited);
        output.WriteLength(inTensor);
        tensor.WriteTo(output);
        output.WriteTag(large, WireFormat.WireType.LengthDelimited);
        output.WriteLength(Large);
        output.Flush();
        stream.SetLength(stream.Position + Large);
        return stream.Length;

        static int Length(int field, int content) =>
            CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeLengthSize(content) + content;
    }
}
