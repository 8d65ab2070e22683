using FastNN.Files;
using FastNN.Plumbing;

namespace FastNN;

public sealed partial class Trainer
{
    /// <summary>
    /// Saves where training stands: the network, what the optimizer remembers with its learning rate, and, if given, where a run of <see cref="Fit"/> stands. A
    /// trainer of the same kind that loads it, in another process too, goes on to the same bits as this one.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The file is that of <see cref="Network.Save(string)"/>, there as a whole or not at all, with more tensors and metadata;
    /// <see cref="Network.Load(string, LoadOptions?)"/> takes the network alone from it, with the latest parameters, not with
    /// <see cref="FitState.BestParameters"/>. <see cref="FitOptions.EpochDone"/> is the place to save during a run.
    /// </para>
    /// <para>
    /// <see cref="Gradient"/> is not saved, and loading leaves it as it is: save after <see cref="Apply"/>, not before.
    /// </para>
    /// <para>
    /// A process that is killed meanwhile leaves a temporary file beside it, "NAME.GUID.tmp", which nothing needs. A symbolic link at the path is replaced by
    /// a file. On Unix, the file keeps the mode of the one that it replaces.
    /// </para>
    /// </remarks>
    /// <param name="path">The file to create or to replace.</param>
    /// <param name="state">The state that is given to <see cref="Fit"/>; null for none.</param>
    /// <exception cref="ArgumentException">
    /// The path is empty or no path, or the state is none that a run can have, or has best parameters of another network. Nothing was written.
    /// </exception>
    /// <exception cref="InvalidOperationException">The network has more than 1,000 layers. Nothing was written.</exception>
    /// <exception cref="IOException">The file cannot be written. What was there is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Save(string path, FitState? state = null) => AtomicFile.Write(path, stream => Save(stream, state));

    /// <summary>Writes what <see cref="Save(string, FitState?)"/> does to a stream, which stays open.</summary>
    /// <param name="stream">Where to. What it throws goes to the caller.</param>
    /// <param name="state">The state that is given to <see cref="Fit"/>; null for none.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentException">The state is none that a run can have, or has best parameters of another network. Nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The network has more than 1,000 layers. Nothing was written.</exception>
    public void Save(Stream stream, FitState? state = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Checkpoint.Write(stream, this, state);
    }

    /// <summary>
    /// Restores what <see cref="Save(string, FitState?)"/> saved into this trainer: parameters, the optimizer's states, steps and learning rate. Only when
    /// all of it has been read and verified is anything changed.
    /// </summary>
    /// <remarks>
    /// What code says is compared, not restored: widths, activations, cost, reduction, the kind of the optimizer, its numbers and its schedule must be
    /// those of the trainer that was saved. Of the schedule of a function, <see cref="LearningRateSchedule.From"/>, the file only says that it was one, so
    /// that two functions pass for the same. <see cref="Threads"/> and kernels may differ: they change no bit. The learning rate is set in
    /// <see cref="Optimizer"/>, also for other trainers that share it. Allocates twice what is restored.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="verify">Whether checksums and the outputs of some samples must fit (see <see cref="LoadOptions.Verify"/>).</param>
    /// <returns>The state to give to <see cref="Fit"/>; null if none was saved.</returns>
    /// <exception cref="ModelFormatException">
    /// The file is no checkpoint, is damaged, or is that of another kind of trainer. The message names the first thing that differs, with both values.
    /// Nothing was changed.
    /// </exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public FitState? Load(string path, bool verify = true) => ModelFile.Read(path, file => Checkpoint.Read(file, this, verify));

    /// <summary>The same from a stream, which is read from where it stands to its end and stays open.</summary>
    /// <param name="stream">Need not know its length. What it throws goes to the caller.</param>
    /// <param name="verify">Whether checksums and the outputs of some samples must fit.</param>
    /// <returns>The state to give to <see cref="Fit"/>; null if none was saved.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ModelFormatException">As for a file. Nothing was changed.</exception>
    public FitState? Load(Stream stream, bool verify = true) => ModelFile.Read(stream, file => Checkpoint.Read(file, this, verify));
}
