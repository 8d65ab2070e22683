using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// What an <see cref="Optimizer"/> remembers of a training, kept by its <see cref="Trainer"/>. To save it, read <see cref="Steps"/> and the spans;
/// to restore it, write them: a trainer with the same parameters, optimizer and state goes on with the same bits.
/// </summary>
/// <remarks>
/// Memory: one float for each parameter and name, allocated with the trainer. Not thread-safe: neither read nor write it during a step.
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
    /// The updates made so far, those by <see cref="Trainer.Apply"/> included, from 0 to 2⁶². It drives the schedule and the bias corrections of Adam.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 2⁶².</exception>
    public long Steps
    {
        get => _steps;
        set => _steps = value is >= 0 and <= MaxSteps
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, $"Steps must be at least 0 and at most {MaxSteps}, but is {value}.");
    }

    /// <summary>
    /// What is kept for each parameter: nothing for <see cref="Sgd"/>, "velocity" for <see cref="Momentum"/> and <see cref="Nesterov"/>, "mean square"
    /// for <see cref="RmsProp"/>, "first moment" and "second moment" for <see cref="Adam"/> and <see cref="AdamW"/>.
    /// </summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>One of them, in the layout of <see cref="Network.Parameters"/> and aligned to 64 bytes. Write to it to set it.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>The values themselves, [parameters], in units of the gradient, those of squares in its squares.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ArgumentException">The optimizer keeps nothing of that name.</exception>
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

    /// <summary>As before the first step: zeros, and no steps. Allocates nothing.</summary>
    public void Reset()
    {
        foreach (AlignedBuffer buffer in _buffers) buffer.Span.Clear();
        Steps = 0;
    }

    /// <summary>Counts a step, without the setter's check: it shows in a network of 250 cycles.</summary>
    internal bool IsFinite => Array.TrueForAll(_buffers, buffer => buffer.IsFinite);

    internal void Advance() => _steps++;

    /// <summary>The values of a state, or null where the optimizer has none so far back.</summary>
    internal unsafe float* Pointer(int state) => state < _buffers.Length ? _buffers[state].Pointer : null;

    /// <exception cref="ArgumentException">The span lies within a state, which a step writes.</exception>
    internal void NoOverlap(ReadOnlySpan<float> span, string name)
    {
        foreach (AlignedBuffer buffer in _buffers) Guard.NoOverlap(span, name, buffer, nameof(OptimizerState));
    }
}
