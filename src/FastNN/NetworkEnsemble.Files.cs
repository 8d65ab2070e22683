using FastNN.Dispatch;
using FastNN.Files;
using FastNN.Plumbing;

namespace FastNN;

public sealed unsafe partial class NetworkEnsemble
{
    /// <summary>
    /// Saves the ensemble as a safetensors file. The file is replaced as a whole, or not at all, as by <see cref="Network.Save(string)"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The tensors have the names and shapes of torch.func.stack_module_state for modules nn.Sequential in which one module follows every
    /// Linear: <c>0.weight</c> [count, n_out, n_in], <c>0.bias</c> [count, n_out], <c>2.weight</c>, <c>2.bias</c>, and so on. All tensors
    /// are F32 and keep the bits of the parameters. The metadata are those of <see cref="Network.Save(string)"/> and the number of members,
    /// without samples.
    /// </para>
    /// <para>
    /// The same members give the same bytes for every <see cref="FastNN.KernelVariant"/>. No member may change during the call. Save reads
    /// all of them twice. If the two readings differ, it throws, and the old file stays. Saving allocates memory for the parameters of one
    /// layer of one member, and a few times the size of the header, which takes about 200 bytes for each layer.
    /// </para>
    /// </remarks>
    /// <param name="path">The file to create or to replace.</param>
    /// <exception cref="ArgumentException">The path is empty or not a path.</exception>
    /// <exception cref="InvalidOperationException">
    /// The networks have more than 1,000 layers; nothing was written. Or a member changed during the call. Then the old file is still
    /// there.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    /// <exception cref="IOException">The same as for <see cref="Network.Save(string)"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The same as for <see cref="Network.Save(string)"/>.</exception>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>Writes the contents of <see cref="Save(string)"/> to a stream, which stays open.</summary>
    /// <param name="stream">Receives the bytes. Its exceptions go to the caller.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="InvalidOperationException">
    /// The networks have more than 1,000 layers; nothing was written. Or a member changed during the call. What the stream received is then
    /// no whole file.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsWriter.WriteEnsemble(stream, this);
    }

    /// <summary>
    /// Loads an ensemble from a safetensors file. <see cref="Save(string)"/> wrote the file, or others wrote it with stacked weights and
    /// biases, as torch.func.stack_module_state does.
    /// </summary>
    /// <remarks>
    /// <para>
    /// In a file that FastNN did not write, the names, types and layers are as for <see cref="Network.Load(string, LoadOptions?)"/>, but
    /// every tensor of a layer has one more dimension before the others: the members. All have the same number of them. The options must
    /// give the activations. A file with standardizers or norms is refused, and <see cref="LoadOptions.Norms"/> must be null or empty.
    /// </para>
    /// <para>
    /// Load trusts no byte of the file. For any bytes it returns an ensemble or throws a <see cref="ModelFormatException"/>. The memory
    /// depends on the bytes that are there, not on the number of members that the header claims. The bounds are those of
    /// <see cref="Network.Load(string, LoadOptions?)"/>. But members of <see cref="KernelVariant.Scalar"/>, and large ones, are networks of
    /// their own. Each takes one or two kilobytes more, and more if it has many layers.
    /// </para>
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file does not say; null for none.</param>
    /// <returns>The ensemble.</returns>
    /// <exception cref="ModelFormatException">
    /// The file does not hold an ensemble, is damaged, does not name the activations, or contradicts the options. The message says where
    /// and what.
    /// </exception>
    /// <exception cref="ArgumentException">The path is empty, or the options give the activations twice.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="LoadOptions.Kernels"/> is no member of the enumeration.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// The same as for <see cref="Network.Load(string, LoadOptions?)"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The same as for <see cref="Network.Load(string, LoadOptions?)"/>.
    /// </exception>
    public static NetworkEnsemble Load(string path, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return SafetensorsFile.Read(path, file => new SafetensorsReader(file, options, isEnsemble: true).ReadEnsemble(kernels));
    }

    /// <summary>Loads an ensemble from a stream, which is read from its position to its end and stays open.</summary>
    /// <param name="stream">It need not know its length, which is not asked for. Its exceptions go to the caller.</param>
    /// <param name="options">What the file does not say; null for none.</param>
    /// <returns>The ensemble.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ModelFormatException">The same as for a file.</exception>
    /// <exception cref="ArgumentException">The options give the activations twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The same as for a file.</exception>
    /// <exception cref="PlatformNotSupportedException">The same as for a file.</exception>
    /// <exception cref="InvalidOperationException">The same as for a file.</exception>
    public static NetworkEnsemble Load(Stream stream, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return SafetensorsFile.Read(stream, file => new SafetensorsReader(file, options, isEnsemble: true).ReadEnsemble(kernels));
    }

    /// <summary>Loads an ensemble from memory.</summary>
    /// <param name="file">All bytes of a file.</param>
    /// <param name="options">What the file does not say; null for none.</param>
    /// <returns>The ensemble.</returns>
    /// <exception cref="ModelFormatException">The same as for a file.</exception>
    /// <exception cref="ArgumentException">The options give the activations twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The same as for a file.</exception>
    /// <exception cref="PlatformNotSupportedException">The same as for a file.</exception>
    /// <exception cref="InvalidOperationException">The same as for a file.</exception>
    public static NetworkEnsemble Load(ReadOnlySpan<byte> file, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        var kernels = KernelSet.For(options.Kernels);
        return SafetensorsFile.Read(file, bytes => new SafetensorsReader(bytes, options, isEnsemble: true).ReadEnsemble(kernels));
    }
}
