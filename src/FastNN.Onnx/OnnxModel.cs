using FastNN.Onnx.Schema;
using FastNN.Plumbing;
using Google.Protobuf;

namespace FastNN.Onnx;

/// <summary>
/// Writes networks as ONNX models, and reads ONNX models as networks. A saved model has opset 15 and IR version 8. It takes
/// <see cref="InputName"/> [batch, n_in] and gives <see cref="OutputName"/> [batch, n_out]; the batch size is open ("batch"). Each layer is
/// a Gemm with weights [n_out, n_in] (transB = 1), and then its activation. The activation is an operator of ONNX if there is one. SiLU is
/// z·Sigmoid(z), GELU is ½·z·(1 + Erf(z/√2)), LeakyRelu has α = 0.01, and Softmax takes the last axis. The same network gives the same
/// bytes.
/// </summary>
/// <remarks>
/// <para>
/// A model can be loaded if it is a chain of these parts: Gemm, or MatMul with or without Add, with constant weights; activations, also
/// those that exporters write as several operators; Identity, Dropout, Cast to float; and Flatten or Reshape to [batch, n]. Weights are
/// FLOAT or DOUBLE, and are rounded to float. For everything else, Load throws a <see cref="ModelFormatException"/> that names the node and
/// what is not supported.
/// </para>
/// <para>
/// Files may be hostile. Load checks what they claim against the data that are there. At any time it takes at most twice the size of the
/// file and 1 MB of memory. Its own copy of the file counts too. It also refuses a model that would take more: for example large weights
/// that several layers share, or very many layers, because each layer takes memory for its nodes and names. If all layers have the same
/// activation, a saved model can be loaded with up to 350 layers of Identity, 147 of GELU, and at least 200 of each other activation, for
/// example 279 of ReLU. The number is up to 3% less if layers are wider than 127. Save also writes more layers, for other readers.
/// </para>
/// </remarks>
public static class OnnxModel
{
    /// <summary>The name of the input of a saved model.</summary>
    public const string InputName = "x";

    /// <summary>The name of the output of a saved model.</summary>
    public const string OutputName = "y";

    /// <summary>
    /// Writes a network to a file. The file is replaced as a whole, or not at all: only when all of the content is on the disk. What holds
    /// for links, modes and files that are open is the same as for <see cref="Network.Save(string)"/>.
    /// </summary>
    /// <param name="network">The network. Its parameters must not change during the call.</param>
    /// <param name="path">The file to create or to replace.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> or <paramref name="path"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> is empty, or the parameters take more than the 2 GB that a model can hold.
    /// </exception>
    /// <exception cref="IOException">
    /// The file cannot be written; or a folder, a named pipe, a socket or a device has the path; or, on Windows, the file was open for more
    /// than five seconds. The old file is still there.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">
    /// The file may not be written, or it is read-only on Windows. The old file is still there.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    public static void Save(Network network, string path)
    {
        ModelProto model = OnnxWriter.Write(network);
        AtomicFile.Write(path, stream => model.WriteTo(stream));
    }

    /// <summary>Writes a network to a stream, which stays open.</summary>
    /// <param name="network">The network. Its parameters must not change during the call.</param>
    /// <param name="stream">Receives the model, from its position on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> or <paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentException">The parameters take more than the 2 GB that a model can hold. Nothing was written.</exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    public static void Save(Network network, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        OnnxWriter.Write(network).WriteTo(stream);
    }

    /// <summary>Reads a network from a file.</summary>
    /// <param name="path">The file, at most 2 GB.</param>
    /// <param name="kernels">The kernels that the network uses. All give the same bits.</param>
    /// <returns>A new network. If FastNN saved the model, its parameters have the same bits as those that were saved.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ModelFormatException">
    /// The file holds no model that can be a network. The message names the path, the node and the reason.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of its enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// This process does not accelerate <paramref name="kernels"/>, or it is big-endian.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant. Or the thread fails
    /// <see cref="Kernels.CheckFloatingPoint"/>.
    /// </exception>
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

    /// <summary>Reads a network from a stream, up to its end and at most 2 GB. The stream stays open.</summary>
    /// <param name="stream">It is read from its position on, and is not asked for its length.</param>
    /// <param name="kernels">The kernels that the network uses. All give the same bits.</param>
    /// <returns>A new network.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="IOException">The stream says that it has read more bytes than it was asked for.</exception>
    /// <exception cref="ModelFormatException">
    /// The stream holds no model that can be a network. The message names the node and the reason.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of its enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// This process does not accelerate <paramref name="kernels"/>, or it is big-endian.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant. Or the thread fails
    /// <see cref="Kernels.CheckFloatingPoint"/>.
    /// </exception>
    public static Network Load(Stream stream, KernelVariant kernels = KernelVariant.Auto)
    {
        ArgumentNullException.ThrowIfNull(stream);
        OnnxMemoryBudget budget;
        ModelProto model;
        using (var content = new OnnxStreamContent(stream)) model = OnnxReader.Parse(content.Span, out budget);
        return OnnxReader.Build(model, budget, kernels);
    }

    /// <summary>Reads a network from memory.</summary>
    /// <param name="model">The bytes of a file.</param>
    /// <param name="kernels">The kernels that the network uses. All give the same bits.</param>
    /// <returns>A new network.</returns>
    /// <exception cref="ModelFormatException">
    /// The bytes hold no model that can be a network. The message names the node and the reason.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kernels"/> is no member of its enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// This process does not accelerate <paramref name="kernels"/>, or it is big-endian.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <paramref name="kernels"/> is Auto and <c>FASTNN_KERNELS</c> names no variant. Or the thread fails
    /// <see cref="Kernels.CheckFloatingPoint"/>.
    /// </exception>
    public static Network Load(ReadOnlySpan<byte> model, KernelVariant kernels = KernelVariant.Auto) =>
        OnnxReader.Build(OnnxReader.Parse(model, out OnnxMemoryBudget budget), budget, kernels);
}
