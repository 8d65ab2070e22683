using System.Runtime.CompilerServices;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// What an <see cref="Optimizer"/> remembers of a training. Its <see cref="Trainer"/> keeps it. To save it, read <see cref="Steps"/> and
/// the spans. To restore it, write them. A trainer with the same parameters, optimizer and state continues with the same bits.
/// </summary>
/// <remarks>
/// It takes one float for each parameter and each name, which are allocated with the trainer. It is not thread-safe: do not read or write
/// it during a step.
/// <code>
/// var saved = state.Names.ToDictionary(name => name, name => state[name].ToArray());
/// foreach ((string name, float[] values) in saved) values.CopyTo(restored[name]);
/// restored.Steps = state.Steps;
/// </code>
/// </remarks>
public sealed class OptimizerState
{
    internal const long MaxSteps = 1L << 62;
    private readonly AlignedBuffer[] _buffers;
    private long _steps;

    internal OptimizerState(IReadOnlyList<string> names, int parameters)
    {
        Names = names;
        _buffers = new AlignedBuffer[names.Count];
        for (int k = 0; k < _buffers.Length; k++) _buffers[k] = new AlignedBuffer(parameters);
    }

    /// <summary>
    /// The number of updates so far, including those by <see cref="Trainer.Apply"/>, from 0 to 2⁶². The schedule, the bias corrections of
    /// Adam and the slots of <see cref="Lbfgs"/> depend on it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 2⁶².</exception>
    public long Steps
    {
        get => _steps;
        set => _steps = Checked(value);
    }

    /// <summary>
    /// The names of what is kept for each parameter: none for <see cref="Sgd"/>, "velocity" for <see cref="Momentum"/> and
    /// <see cref="Nesterov"/>, "mean square" for <see cref="RmsProp"/>, "first moment" and "second moment" for <see cref="Adam"/> and
    /// <see cref="AdamW"/>, "step 1" and so on for <see cref="Lbfgs"/>, "damping" for <see cref="LevenbergMarquardt"/>.
    /// </summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>One state, in the layout of <see cref="Network.Parameters"/>, aligned to 64 bytes. Write to the span to set it.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>
    /// The values themselves, [parameters]. They have the unit of the gradient; a mean of squares has the unit of its square, and a step of
    /// <see cref="Lbfgs"/> has that of the parameters. A damping has the unit of the diagonal of JᵀJ.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ArgumentException">The optimizer keeps nothing with this name.</exception>
    public Span<float> this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            for (int k = 0; k < _buffers.Length; k++)
            {
                if (Names[k] == name) return _buffers[k].Span;
            }

            string names = Names.Count == 0 ? "keeps none" : $"has \"{string.Join("\", \"", Names)}\"";
            throw new ArgumentException($"name must be that of a state of the optimizer, which {names}, but is \"{name}\".", nameof(name));
        }
    }

    /// <summary>Restores the state before the first step: zeros, and 0 steps. Allocates nothing.</summary>
    public void Reset()
    {
        foreach (AlignedBuffer buffer in _buffers) buffer.Span.Clear();
        Steps = 0;
    }

    /// <summary>A number of steps that a property gets, if it is allowed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    internal static long Checked(long value, [CallerMemberName] string property = "") => value is >= 0 and <= MaxSteps
        ? value
        : throw new ArgumentOutOfRangeException(
            property, value, $"{property} must be at least 0 and at most {MaxSteps}, but is {value}.");

    /// <summary>Whether all values are finite.</summary>
    internal bool IsFinite => Array.TrueForAll(_buffers, buffer => buffer.IsFinite);

    /// <summary>Counts a step, without the check of the setter: the check shows in a network of 250 cycles.</summary>
    internal void Advance() => _steps++;

    /// <summary>The values of a state; null if the optimizer does not have so many states.</summary>
    internal unsafe float* Pointer(int state) => state < _buffers.Length ? _buffers[state].Pointer : null;

    /// <exception cref="ArgumentException">The span overlaps a state, which a step writes.</exception>
    internal void NoOverlap(ReadOnlySpan<float> span, string name)
    {
        foreach (AlignedBuffer buffer in _buffers) Guard.NoOverlap(span, name, buffer, nameof(OptimizerState));
    }
}
