using FastNN.Dispatch;
using FastNN.Files;
using FastNN.Plumbing;

namespace FastNN;

public sealed unsafe partial class Network
{
    /// <summary>
    /// Saves the network as a safetensors file, which is there as a whole or not at all: who opens the path at any time, after a crash too, finds the old
    /// file or the new one.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Tensors have the names and shapes of an nn.Sequential in PyTorch in which every Linear is followed by the module of its activation, nn.Identity() for
    /// <see cref="Activation.Identity"/>: <c>0.weight</c> [n_out, n_in], <c>0.bias</c> [n_out], <c>2.weight</c>, <c>2.bias</c>, … All are F32, with their
    /// bits here. The data begin at a multiple of 64 bytes.
    /// </para>
    /// <para>
    /// The metadata holds, under keys that start with "fastnn.", the version of the format, widths, activations, a CRC-32C of each tensor and of the metadata
    /// itself, and, if inputs and outputs are up to 16,384 together, up to three samples of inputs with the outputs that the network has for them, so that
    /// <see cref="Load(string, LoadOptions?)"/> finds out whether it has the network that was saved, and computes what that computed. CRC-32C is what loading
    /// has time for: over 784-128-10, 407 KB, it takes 14 µs, SHA-256 193 µs, reading the file 155 µs. It finds damage, not forgery.
    /// </para>
    /// <para>
    /// The same network gives the same bytes. Allocates some times the header: about 200 bytes for each layer, 22 KB for samples, 88 KB for wide ones.
    /// </para>
    /// <para>
    /// A process that is killed meanwhile leaves a temporary file beside it, "NAME.GUID.tmp", which nothing needs. A symbolic link at the path is replaced by
    /// a file. On Unix, the file keeps the mode of the one that it replaces.
    /// </para>
    /// </remarks>
    /// <param name="path">The file to create or to replace.</param>
    /// <exception cref="ArgumentException">The path is empty or no path.</exception>
    /// <exception cref="InvalidOperationException">The network has more than 1,000 layers. Nothing was written.</exception>
    /// <exception cref="IOException">The file cannot be written. What was there is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>Writes what <see cref="Save(string)"/> does to a stream, which stays open. The parameters must not change meanwhile.</summary>
    /// <param name="stream">Where to. What it throws goes to the caller.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The network has more than 1,000 layers. Nothing was written.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ModelWriter.Write(stream, this);
    }

    /// <summary>
    /// Loads a network from a safetensors file: one that <see cref="Save(string)"/> or <see cref="Trainer.Save(string, FitState?)"/> wrote, or one of
    /// PyTorch's that holds the weights and biases of fully connected layers.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Of another origin, tensors must be named <c>X.weight</c> [n_out, n_in] and <c>X.bias</c> [n_out], of type F32, F16, BF16 or F64, which is rounded to
    /// float; layers follow each other by the numbers in their names X, which must not differ otherwise (or <see cref="LoadOptions.Layers"/> lists them), and
    /// each takes the outputs of the one before. A missing bias is 0. The activations must be given.
    /// </para>
    /// <para>
    /// Nothing is believed: whatever the bytes are, what comes is a network or a <see cref="ModelFormatException"/>. Allocated are the network, four bytes
    /// for each parameter, the header, at most 512 KB, with its names and metadata, and blocks of 64 KB: for F32 less than twice the file and 1 MB, by what
    /// is there, not by what the header claims. For F16 and BF16 the network alone is twice the file, and up to four times where layers lack biases. A
    /// stream is read into memory before the network is made, which takes that much more.
    /// </para>
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file does not say; null for nothing.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ModelFormatException">
    /// The file does not hold a network, is damaged, leaves the activations open or contradicts the options. The message says where and what.
    /// </exception>
    /// <exception cref="ArgumentException">The path is empty, or the options name activations twice.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="LoadOptions.Kernels"/> is no member of the enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">This process does not accelerate <see cref="LoadOptions.Kernels"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="LoadOptions.Kernels"/> is <see cref="KernelVariant.Auto"/>, and the environment variable FASTNN_KERNELS names no variant.
    /// </exception>
    public static Network Load(string path, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return ModelFile.Read(path, file => new ModelReader(file, options).ReadNetwork(kernels));
    }

    /// <summary>The same from a stream, which is read from where it stands to its end and stays open.</summary>
    /// <param name="stream">Need not know its length, and is not asked for it. What it throws goes to the caller.</param>
    /// <param name="options">What the file does not say; null for nothing.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ModelFormatException">As for a file.</exception>
    /// <exception cref="ArgumentException">The options name activations twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As for a file.</exception>
    /// <exception cref="PlatformNotSupportedException">As for a file.</exception>
    /// <exception cref="InvalidOperationException">As for a file.</exception>
    public static Network Load(Stream stream, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return ModelFile.Read(stream, file => new ModelReader(file, options).ReadNetwork(kernels));
    }

    /// <summary>The same from memory.</summary>
    /// <param name="file">All bytes of a file.</param>
    /// <param name="options">What the file does not say; null for nothing.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ModelFormatException">As for a file.</exception>
    /// <exception cref="ArgumentException">The options name activations twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As for a file.</exception>
    /// <exception cref="PlatformNotSupportedException">As for a file.</exception>
    /// <exception cref="InvalidOperationException">As for a file.</exception>
    public static Network Load(ReadOnlySpan<byte> file, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return ModelFile.Read(file, bytes => new ModelReader(bytes, options).ReadNetwork(kernels));
    }
}
