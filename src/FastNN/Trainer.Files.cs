using FastNN.Files;
using FastNN.Plumbing;

namespace FastNN;

public sealed partial class Trainer
{
    /// <summary>
    /// Saves the state of the training: the network, the optimizer's states with the learning rate, and the state of a <see cref="Fit"/>
    /// run if you give it. A trainer of the same kind can load the file, also in another process. It then continues with the same bits as
    /// this trainer.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The file is a file of <see cref="Network.Save(string)"/> with more tensors and metadata. It is replaced as a whole, or not at all.
    /// <see cref="Network.Load(string, LoadOptions?)"/> reads only the network from it: the latest parameters, not
    /// <see cref="FitState.BestParameters"/>. During a run, save in <see cref="FitOptions.EpochDone"/>.
    /// </para>
    /// <para>
    /// <see cref="Gradient"/> is not saved, and loading does not change it. So save after <see cref="Apply"/>, not before.
    /// </para>
    /// <para>
    /// A process that is killed while it saves leaves a temporary file beside the file, "NAME.GUID.tmp". You can delete it. A symbolic link
    /// at the path is replaced by a file, also if it leads nowhere. On Unix, a new file keeps the mode of the file that it replaces. On
    /// Windows, a file that is open is replaced too if its readers allow this with <see cref="FileShare.Delete"/>, as Load does. Save waits
    /// for other readers, up to five seconds.
    /// </para>
    /// </remarks>
    /// <param name="path">The file to create or to replace.</param>
    /// <param name="state">The state that you gave to <see cref="Fit"/>; null for none.</param>
    /// <exception cref="ArgumentException">
    /// The path is empty or not a path. Or a run cannot have this state, or its best parameters are those of another network. Nothing was
    /// written.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The network has more than 1,000 layers; nothing was written. Or the parameters, the state of the optimizer or the state of the run
    /// changed during the call, for example because another thread trains the network. Then the old file is still there.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    /// <exception cref="IOException">
    /// The file cannot be written; or a folder, a named pipe, a socket or a device has the path; or, on Windows, the file was open for more
    /// than five seconds. The old file is still there.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">
    /// The file may not be written, or it is read-only on Windows. The old file is still there.
    /// </exception>
    public void Save(string path, FitState? state = null) => AtomicFile.Write(path, stream => Save(stream, state));

    /// <summary>Writes the contents of <see cref="Save(string, FitState?)"/> to a stream, which stays open.</summary>
    /// <param name="stream">Receives the bytes. Its exceptions go to the caller.</param>
    /// <param name="state">The state that you gave to <see cref="Fit"/>; null for none.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// A run cannot have this state, or its best parameters are those of another network. Nothing was written.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The network has more than 1,000 layers; nothing was written. Or what is saved changed during the call. What the stream received is
    /// then no whole file.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was written.</exception>
    public void Save(Stream stream, FitState? state = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Checkpoint.Write(stream, this, state);
    }

    /// <summary>
    /// Restores a file of <see cref="Save(string, FitState?)"/> into this trainer: the parameters, the optimizer's states, the steps and
    /// the learning rate. Reads and verifies the whole file before it changes anything.
    /// </summary>
    /// <remarks>
    /// Your code builds the trainer. The file does not restore what your code says, but compares it: widths, activations, cost, reduction,
    /// the kind of the optimizer, its numbers and its schedule must be the same as in the trainer that was saved. For a schedule made by
    /// <see cref="LearningRateSchedule.From"/>, the file knows only that it was made by From, so two different functions count as the same.
    /// <see cref="Threads"/> and the kernels may differ, because they change no bit. The learning rate is set in <see cref="Optimizer"/>,
    /// so it also changes for other trainers that share this optimizer. Loading allocates twice the size of what it restores. To continue
    /// with another learning rate, schedule, decay or clip, build the trainer with it and set <c>keepSettings</c>.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="verify">
    /// Whether the checksums and the outputs of some samples must be right (see <see cref="LoadOptions.Verify"/>).
    /// </param>
    /// <param name="keepSettings">
    /// Whether the optimizer keeps its settings, whatever the file says: the learning rate, the schedule, and the numbers of the rule, of
    /// the decay and of the clips. Its kind must still be that of the file. The number of steps comes from the file, so a schedule goes on
    /// from there.
    /// </param>
    /// <returns>The state to give to <see cref="Fit"/>; null if none was saved.</returns>
    /// <exception cref="ModelFormatException">
    /// The file is no checkpoint, is damaged, or is of another kind of trainer. The message names the first difference, with both values.
    /// Nothing was changed.
    /// </exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was changed.</exception>
    public FitState? Load(string path, bool verify = true, bool keepSettings = false) =>
        SafetensorsFile.Read(path, file => Checkpoint.Read(file, this, verify, keepSettings));

    /// <summary>Restores a checkpoint from a stream, which is read from its position to its end and stays open.</summary>
    /// <param name="stream">It need not know its length. Its exceptions go to the caller.</param>
    /// <param name="verify">
    /// Whether the checksums and the outputs of some samples must be right (see <see cref="LoadOptions.Verify"/>).
    /// </param>
    /// <param name="keepSettings">
    /// Whether the optimizer keeps its settings, whatever the file says: the learning rate, the schedule, and the numbers of the rule, of
    /// the decay and of the clips. Its kind must still be that of the file. The number of steps comes from the file, so a schedule goes on
    /// from there.
    /// </param>
    /// <returns>The state to give to <see cref="Fit"/>; null if none was saved.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ModelFormatException">The same as for a file. Nothing was changed.</exception>
    /// <exception cref="PlatformNotSupportedException">The process is big-endian. Nothing was changed.</exception>
    public FitState? Load(Stream stream, bool verify = true, bool keepSettings = false) =>
        SafetensorsFile.Read(stream, file => Checkpoint.Read(file, this, verify, keepSettings));
}
