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
/// A graph is simplified before it is read: constants are computed, local functions are inlined, factors and offsets become standardizers
/// or a part of the weights, and steps that change only the shape are dropped. What is left must be a chain of layers and activations from
/// one input to one output. The page on ONNX in the documentation lists the rules. For everything else, Load throws a <see
/// cref="ModelFormatException"/> that names the node and what is not supported.
/// </para>
/// <para>
/// Files may be hostile. Load checks what they claim against the data that are there. At any time it takes at most twice the size of the
/// file and 1 MB of memory. Its own copy of the file counts too, and files with external data count as a part of it. It also refuses a
/// model that would take more: for example large weights that several layers share, or very many layers, because each layer takes memory
/// for its nodes and names. If all layers have the same activation, a saved model can be loaded with up to 278 layers of Identity, 107 of
/// GELU, and at least 150 of each other activation, for example 214 of ReLU. The number is up to 3% less if layers are wider than 127. Save
/// also writes more layers, for other readers.
/// </para>
/// </remarks>
public static class OnnxModel
{
#pragma warning disable RS0027 // The overloads with options have as many parameters as those with kernels, but no call is ambiguous.
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
    /// <exception cref="InvalidOperationException">
    /// The parameters changed during the call, for example because another thread trains the network. Nothing was written.
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
    /// <exception cref="InvalidOperationException">
    /// The parameters changed during the call, for example because another thread trains the network. Nothing was written.
    /// </exception>
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
    public static Network Load(string path, KernelVariant kernels = KernelVariant.Auto) =>
        Load(path, new OnnxLoadOptions { Kernels = kernels });

    /// <summary>Reads a network from a file, as the options say.</summary>
    /// <param name="path">The file, at most 2 GB. Its data may be in files beside it.</param>
    /// <param name="options">What of the model is the network.</param>
    /// <inheritdoc cref="Load(string, KernelVariant)"/>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public static Network Load(string path, OnnxLoadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        using FileStream stream = Open(path);
        try
        {
            return Load(stream, FilesBeside(path), options);
        }
        catch (ModelFormatException exception)
        {
            throw new ModelFormatException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Says in a few lines what a file holds: its producer, its inputs and outputs, its operators, and the network that <see
    /// cref="Load(string, OnnxLoadOptions)"/> would give, or why it would not. The text is for people; its form may change.
    /// </summary>
    /// <param name="path">The file, at most 2 GB.</param>
    /// <param name="options">What of the model is the network; null for what the model says.</param>
    /// <returns>The lines, without a line break at the end.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian.</exception>
    public static string Describe(string path, OnnxLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = Open(path);
        return OnnxDescription.Of(stream, FilesBeside(path), options ?? new OnnxLoadOptions());
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
    public static Network Load(Stream stream, KernelVariant kernels = KernelVariant.Auto) =>
        Load(stream, new OnnxLoadOptions { Kernels = kernels });

    /// <summary>Reads a network from a stream, as the options say.</summary>
    /// <param name="stream">It is read from its position on, up to its end and at most 2 GB. It stays open.</param>
    /// <param name="options">What of the model is the network.</param>
    /// <inheritdoc cref="Load(Stream, KernelVariant)"/>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> or <paramref name="options"/> is null.</exception>
    public static Network Load(Stream stream, OnnxLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        return Load(stream, null, options);
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
        Load(model, new OnnxLoadOptions { Kernels = kernels });

    /// <summary>Reads a network from memory, as the options say.</summary>
    /// <param name="model">The bytes of a file.</param>
    /// <param name="options">What of the model is the network.</param>
    /// <inheritdoc cref="Load(ReadOnlySpan{byte}, KernelVariant)"/>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public static Network Load(ReadOnlySpan<byte> model, OnnxLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OnnxReader.Build(OnnxReader.Parse(model, null, out OnnxMemoryBudget budget), budget, options);
    }

    private static Network Load(Stream stream, OnnxExternalData? external, OnnxLoadOptions options)
    {
        OnnxMemoryBudget budget;
        ModelProto model;
        using (var content = new OnnxStreamContent(stream)) model = OnnxReader.Parse(content.Span, external, out budget);
        return OnnxReader.Build(model, budget, options);
    }

    private static OnnxExternalData FilesBeside(string path) => new(Path.GetDirectoryName(Path.GetFullPath(path))!);

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
}
