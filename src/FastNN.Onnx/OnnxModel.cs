using FastNN.Onnx.Schema;
using FastNN.Plumbing;
using Google.Protobuf;

namespace FastNN.Onnx;

/// <summary>
/// Networks to and from ONNX models. A saved model (opset 15, IR version 8) takes <see cref="InputName"/> [batch, n_in], gives <see cref="OutputName"/>
/// [batch, n_out], the batch size left open ("batch"), and has for each layer a Gemm with weights [n_out, n_in] (transB = 1) and its activation: an operator
/// of ONNX where there is one; z·Sigmoid(z) for SiLU, ½·z·(1 + Erf(z/√2)) for GELU, LeakyRelu with α = 0.01, Softmax over the last axis. The same network gives
/// the same bytes.
/// </summary>
/// <remarks>
/// A model to be loaded is a chain: Gemm, or MatMul with or without Add, of constant weights; activations, those of several operators that exporters write
/// included; Identity, Dropout, Cast to float, and Flatten or Reshape to [batch, n]. Weights are FLOAT or DOUBLE, rounded to float. Everything else is
/// refused by a <see cref="ModelFormatException"/> that names the node and what of it is not supported. Files may be hostile: what they claim is checked
/// against the data that is there, and loading takes at most twice their size of memory and 1 MB. What would take more is refused too: layers that share
/// weights, if these are large, and many layers, for each takes memory for its nodes and names. Of what is saved here, all layers with the same
/// activation, 350 layers are loaded with Identity, 263 with LeakyReLU, 228 with SiLU, 147 with GELU and 279 with each other activation; up to 3% less where
/// they are wider than 127. More layers are saved nonetheless, for other readers.
/// </remarks>
public static class OnnxModel
{
    /// <summary>The name of the input of a saved model.</summary>
    public const string InputName = "x";

    /// <summary>The name of its output.</summary>
    public const string OutputName = "y";

    /// <summary>
    /// Writes a network to a file that is there as a whole or not at all: it replaces what was at the path only when all of it is on the disk.
    /// </summary>
    /// <param name="network">The network; its parameters must not change meanwhile.</param>
    /// <param name="path">The file to create or to replace.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> or <paramref name="path"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or the parameters are more than the 2 GB that a model holds.</exception>
    /// <exception cref="IOException">The file cannot be written. What was at the path is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written. What was at the path is still there.</exception>
    public static void Save(Network network, string path)
    {
        ModelProto model = ModelWriter.Write(network);
        AtomicFile.Write(path, stream => model.WriteTo(stream));
    }

    /// <summary>Writes a network to a stream, which is left open.</summary>
    /// <param name="network">The network; its parameters must not change meanwhile.</param>
    /// <param name="stream">Receives the model from its position on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> or <paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentException">The parameters are more than the 2 GB that a model holds. Nothing was written.</exception>
    public static void Save(Network network, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ModelWriter.Write(network).WriteTo(stream);
    }

    /// <summary>Reads a network from a file.</summary>
    /// <param name="path">The file, of at most 2 GB.</param>
    /// <param name="kernels">The kernels that the network is to run on; all give the same bits.</param>
    /// <returns>A new network; that of a saved one has the same parameters, bit for bit.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ModelFormatException">It holds no model that can be a network; the message names the path, the node and the reason.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of its enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant.</exception>
    public static Network Load(string path, KernelVariant kernels = KernelVariant.Auto)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            return Load(stream, kernels);
        }
        catch (ModelFormatException exception)
        {
            throw new ModelFormatException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a network from a stream up to its end, at most 2 GB; the stream is left open.</summary>
    /// <param name="stream">Gives the model from its position on. Its length is not asked for.</param>
    /// <param name="kernels">The kernels that the network is to run on; all give the same bits.</param>
    /// <returns>A new network.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="IOException">It says that it read more bytes than were asked for.</exception>
    /// <exception cref="ModelFormatException">It holds no model that can be a network; the message names the node and the reason.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of its enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant.</exception>
    public static Network Load(Stream stream, KernelVariant kernels = KernelVariant.Auto)
    {
        ArgumentNullException.ThrowIfNull(stream);
        MemoryBudget budget;
        ModelProto model;
        using (var content = new StreamContent(stream)) model = ModelReader.Parse(content.Span, out budget);
        return ModelReader.Build(model, budget, kernels);
    }

    /// <summary>Reads a network from memory.</summary>
    /// <param name="model">The bytes of a file.</param>
    /// <param name="kernels">The kernels that the network is to run on; all give the same bits.</param>
    /// <returns>A new network.</returns>
    /// <exception cref="ModelFormatException">They hold no model that can be a network; the message names the node and the reason.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of its enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <paramref name="kernels"/>.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant.</exception>
    public static Network Load(ReadOnlySpan<byte> model, KernelVariant kernels = KernelVariant.Auto) =>
        ModelReader.Build(ModelReader.Parse(model, out MemoryBudget budget), budget, kernels);
}
