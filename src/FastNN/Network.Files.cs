using FastNN.Dispatch;
using FastNN.Files;
using FastNN.Plumbing;

namespace FastNN;

public sealed unsafe partial class Network
{
    /// <summary>
    /// Saves the network as a safetensors file. The file is replaced as a whole, or not at all: at any time, also after a crash, the path
    /// holds the old file or the new one.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The tensors have the names and shapes of an nn.Sequential in PyTorch in which one module follows every Linear. For
    /// <see cref="Activation.Identity"/> this module is nn.Identity(). The names are <c>0.weight</c> [n_out, n_in], <c>0.bias</c> [n_out],
    /// <c>2.weight</c>, <c>2.bias</c>, and so on. All tensors are F32 and keep the bits of the parameters. The data begin at a multiple of
    /// 64 bytes.
    /// </para>
    /// <para>
    /// The metadata have keys that start with "fastnn.". They hold the version of the format, the widths, the activations, and a CRC-32C of
    /// each tensor and of the metadata. If inputs and outputs together are at most 16,384, they also hold up to three samples of inputs
    /// with the outputs that the network computes for them. So <see cref="Load(string, LoadOptions?)"/> can check that it has the network
    /// that was saved, and that it computes the same outputs. CRC-32C is fast enough for loading: for 784-128-10, 407 KB, it takes 14 µs,
    /// SHA-256 takes 193 µs, and reading the file takes 155 µs. CRC-32C finds damage, but not forgery.
    /// </para>
    /// <para>
    /// The parameters must not change during the call. Save reads them twice, for the checksums and for the data. If the two readings
    /// differ, it throws, and the old file stays. To save beside a training, save in <see cref="FitOptions.EpochDone"/>, or between steps.
    /// </para>
    /// <para>
    /// The same network gives the same bytes. Saving allocates a few times the size of the header. The header takes about 200 bytes for
    /// each layer, and 22 KB for the samples, 88 KB in wide networks.
    /// </para>
    /// <para>
    /// A process that is killed while it saves leaves a temporary file beside the file, "NAME.GUID.tmp". You can delete it. A symbolic link
    /// at the path is replaced by a file, also if it leads nowhere. On Unix, a new file keeps the mode of the file that it replaces. On
    /// Windows, a file that is open is replaced too if its readers allow this with <see cref="FileShare.Delete"/>, as Load does. Save waits
    /// for other readers, up to five seconds.
    /// </para>
    /// </remarks>
    /// <param name="path">The file to create or to replace.</param>
    /// <exception cref="ArgumentException">The path is empty or not a path.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network has more than 1,000 layers; nothing was written. Or the parameters changed during the call, for example because another
    /// thread trains the network. Then the old file is still there.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    /// <exception cref="IOException">
    /// The file cannot be written; or a folder, a named pipe, a socket or a device has the path; or, on Windows, the file was open for more
    /// than five seconds. The old file is still there.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">
    /// The file may not be written, or it is read-only on Windows. The old file is still there.
    /// </exception>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>
    /// Writes the contents of <see cref="Save(string)"/> to a stream, which stays open.
    /// </summary>
    /// <param name="stream">Receives the bytes. Its exceptions go to the caller.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network has more than 1,000 layers; nothing was written. Or the parameters changed during the call. What the stream received is
    /// then no whole file.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsWriter.WriteNetwork(stream, this);
    }

    /// <summary>
    /// Loads a network from a safetensors file. <see cref="Save(string)"/> or <see cref="Trainer.Save(string, FitState?)"/> wrote the file,
    /// or others wrote it with the weights and biases of fully connected layers, as PyTorch does.
    /// </summary>
    /// <remarks>
    /// <para>
    /// In a file that FastNN did not write, the tensors must be named <c>X.weight</c> [n_out, n_in] or <c>X.kernel</c> [n_in, n_out], and
    /// <c>X.bias</c> [n_out]. They may also be numbered, such as <c>W1</c> and <c>b1</c>, or <c>coefs_0</c> and <c>intercepts_0</c> [n_in,
    /// n_out]. The weights W1, w1, weights.0 and weight_0 may have either order of dimensions, if the shapes of the layers tell which. The
    /// type must be F32, F16, BF16 or F64; F64 is rounded to float. Layers follow the numbers in their names. The names must not differ
    /// otherwise, or <see cref="LoadOptions.Layers"/> must list them. Each layer takes the outputs of the layer before. A missing bias is
    /// 0. The options must give the activations.
    /// </para>
    /// <para>
    /// <see cref="LoadOptions.Norms"/> says where each BatchNorm1d stands. It becomes part of that layer: this is computed in double
    /// precision, and rounded to float once. A norm without a place, and a LayerNorm, are refused.
    /// </para>
    /// <para>
    /// Load trusts no byte of the file. For any bytes it returns a network or throws a <see cref="ModelFormatException"/>. It allocates the
    /// network, which takes four bytes for each parameter, the header, at most 512 KB, with its names and metadata, and blocks of 64 KB.
    /// For F32 this is at most twice the file and 1.5 MB. It depends on the bytes that are there, not on what the header claims. For F16
    /// and BF16 the network alone takes twice the size of the file, and up to four times if layers have no biases. Norms, and layers of F64
    /// that they are folded into, take memory of their own until then. The same bounds hold for such files. A stream is read into memory
    /// before the network is made, so it takes that much more.
    /// </para>
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file does not say; null for none.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ModelFormatException">
    /// The file does not hold a network, is damaged, does not name the activations, or contradicts the options. The message says where and
    /// what.
    /// </exception>
    /// <exception cref="ArgumentException">The path is empty, or the options give the activations twice.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="LoadOptions.Kernels"/> is no member of the enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// This process does not accelerate <see cref="LoadOptions.Kernels"/>, or it is big-endian.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="LoadOptions.Kernels"/> is <see cref="KernelVariant.Auto"/>, and the environment variable FASTNN_KERNELS names no variant.
    /// Or the thread fails <see cref="Kernels.CheckFloatingPoint"/>.
    /// </exception>
    public static Network Load(string path, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return SafetensorsFile.Read(path, file => new SafetensorsReader(file, options).ReadNetwork(kernels));
    }

    /// <summary>Loads a network from a stream, which is read from its position to its end and stays open.</summary>
    /// <param name="stream">It need not know its length, which is not asked for. Its exceptions go to the caller.</param>
    /// <param name="options">What the file does not say; null for none.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ModelFormatException">The same as for a file.</exception>
    /// <exception cref="ArgumentException">The options give the activations twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The same as for a file.</exception>
    /// <exception cref="PlatformNotSupportedException">The same as for a file.</exception>
    /// <exception cref="InvalidOperationException">The same as for a file.</exception>
    public static Network Load(Stream stream, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return SafetensorsFile.Read(stream, file => new SafetensorsReader(file, options).ReadNetwork(kernels));
    }

    /// <summary>Loads a network from memory.</summary>
    /// <param name="file">All bytes of a file.</param>
    /// <param name="options">What the file does not say; null for none.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ModelFormatException">The same as for a file.</exception>
    /// <exception cref="ArgumentException">The options give the activations twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The same as for a file.</exception>
    /// <exception cref="PlatformNotSupportedException">The same as for a file.</exception>
    /// <exception cref="InvalidOperationException">The same as for a file.</exception>
    public static Network Load(ReadOnlySpan<byte> file, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return SafetensorsFile.Read(file, bytes => new SafetensorsReader(bytes, options).ReadNetwork(kernels));
    }
}
