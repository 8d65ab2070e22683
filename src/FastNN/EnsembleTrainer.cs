using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Ensembles;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

/// <summary>
/// Trains all members of a <see cref="NetworkEnsemble"/> in place. A step gives each member the bits that a <see cref="Trainer"/> of that
/// member alone gives it: its cost, its parameters and what the optimizer remembers.
/// </summary>
/// <remarks>
/// <para>
/// A trainer is not thread-safe. One trainer serves one caller at a time, and nobody else may use the ensemble meanwhile. Nothing notices
/// if somebody does, and then numbers are wrong.
/// </para>
/// <para>
/// Memory: one float for each parameter of each member and each state of the optimizer, members rounded up to sixteen, and 80 floats for
/// each sixteen members. They are allocated with the trainer. Each thread that takes part keeps a workspace. After the first step of a size
/// a step allocates nothing. Members that are too wide for the lanes take what a <see cref="Trainer"/> takes, each.
/// </para>
/// </remarks>
public sealed unsafe partial class EnsembleTrainer
{
    private readonly StepSettings _settings;
    private readonly MemberSteps _steps;

    /// <summary>Creates a trainer for <paramref name="ensemble"/>.</summary>
    /// <param name="ensemble">The networks whose parameters the steps update.</param>
    /// <param name="optimizer">The rule that turns a gradient into an update. A second-order optimizer does not serve ensembles.</param>
    /// <param name="cost">The cost that the steps reduce; null for <see cref="Cost.SquaredError"/>.</param>
    /// <param name="reduction">How the costs of the samples of a batch become one cost.</param>
    /// <param name="threads">
    /// The most threads that work on a step, at least 1: the calling thread and threads of .NET's thread pool. Any number gives the same
    /// bits.
    /// </param>
    /// <param name="learningRates">
    /// [<see cref="NetworkEnsemble.Count"/>], a learning rate for each member, finite and greater than 0. If it is empty, all have
    /// <see cref="Optimizer.LearningRate"/>. The schedule of the optimizer multiplies them.
    /// </param>
    /// <param name="weightDecays">
    /// [<see cref="NetworkEnsemble.Count"/>], a decay for each member, finite and at least 0. If it is empty, all have
    /// <see cref="Optimizer.WeightDecay"/>.
    /// </param>
    /// <exception cref="ArgumentNullException">The ensemble or the optimizer is null.</exception>
    /// <exception cref="ArgumentException">
    /// The same as for <see cref="Trainer(Network, Optimizer, Cost, Reduction, int)"/>. Or the optimizer is a
    /// <see cref="SecondOrderOptimizer"/>, or there is not a learning rate or a decay for each member.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A learning rate, a decay, <paramref name="reduction"/> or <paramref name="threads"/> is outside its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">The thread fails <see cref="Kernels.CheckFloatingPoint"/>.</exception>
    public EnsembleTrainer(
        NetworkEnsemble ensemble, Optimizer optimizer, Cost? cost = null, Reduction reduction = Reduction.Mean, int threads = 1,
        ReadOnlySpan<float> learningRates = default, ReadOnlySpan<float> weightDecays = default)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        ArgumentNullException.ThrowIfNull(optimizer);
        cost ??= Cost.SquaredError;
        if (optimizer is SecondOrderOptimizer)
        {
            throw new ArgumentException(
                $"optimizer must be one of the first order for an ensemble, for example Adam, but is {optimizer}.", nameof(optimizer));
        }

        Trainer.Check(ensemble.Shape, "ensemble", cost, reduction, threads);
        _settings = new StepSettings(optimizer, cost, reduction, threads, DecaysOf(weightDecays, ensemble.Count))
        {
            LearningRates = RatesOf(learningRates, ensemble.Count),
        };
        Ensemble = ensemble;
        _steps = ensemble.Members.StepsBy(_settings);
    }

    /// <summary>The networks whose parameters the steps update.</summary>
    public NetworkEnsemble Ensemble { get; }

    /// <summary>The rule that turns a gradient into an update.</summary>
    public Optimizer Optimizer => _settings.Optimizer;

    /// <summary>The cost that the steps reduce.</summary>
    public Cost Cost => _settings.Cost;

    /// <summary>How the costs of the samples of a batch become one cost.</summary>
    public Reduction Reduction => _settings.Reduction;

    /// <summary>The most threads that work on a step. The calling thread is one of them.</summary>
    public int Threads => _settings.Threads;

    /// <summary>
    /// The number of updates so far, from 0 to 2⁶², the same for all members. To restore a training, write the members and this number.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or more than 2⁶².</exception>
    public long Steps
    {
        get => _steps.Steps;
        set => _steps.Steps = OptimizerState.Checked(value);
    }

    /// <summary>
    /// Gives each member a new learning rate for the next steps. An empty span gives all members that of the optimizer again. Allocates the
    /// rates the first time.
    /// </summary>
    /// <param name="learningRates">[<see cref="NetworkEnsemble.Count"/>], finite and greater than 0, or empty.</param>
    /// <exception cref="ArgumentException">There is not one for each member. Nothing was changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// One is not finite and greater than 0. Nothing was changed.
    /// </exception>
    public void SetLearningRates(ReadOnlySpan<float> learningRates)
    {
        if (learningRates.IsEmpty || _settings.LearningRates == null)
        {
            _settings.LearningRates = RatesOf(learningRates, Ensemble.Count);
        }
        else
        {
            CheckRates(learningRates, Ensemble.Count);
            learningRates.CopyTo(_settings.LearningRates);
        }

        _steps.Changed = true;
    }

    /// <summary>
    /// Takes one training step of every member, each on its own samples: the gradient of its cost at its present parameters, and an update.
    /// </summary>
    /// <param name="inputs">
    /// [count, batch, n_in]: value j of sample s of member i is at <c>(i·batch + s)·n_in + j</c>. The length tells the batch size, at least
    /// 1.
    /// </param>
    /// <param name="targets">[count, batch, n_out]: the outputs that the members should give.</param>
    /// <param name="costs">
    /// [count] Receives the cost of each member before the update. If it is NaN, that member has NaN in its parameters now; the others have
    /// not.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the ensemble, or the costs overlap the samples. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The optimizer's schedule gives no valid factor for this step. Nothing was changed.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Step(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, Span<float> costs) =>
        Run(inputs, targets, costs, Ensemble.Count, updates: true);

    /// <summary>
    /// Takes one training step of every member, all on the same samples. Everything else is as for <see cref="Step"/>.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="costs">[count] Receives the cost of each member before the update.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the ensemble, or the costs overlap the samples. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The optimizer's schedule gives no valid factor for this step. Nothing was changed.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void StepShared(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, Span<float> costs) =>
        Run(inputs, targets, costs, 1, updates: true);

    /// <summary>
    /// Computes the cost of every member, each on its own samples, for example held-out ones. Changes nothing.
    /// </summary>
    /// <param name="inputs">[count, batch, n_in].</param>
    /// <param name="targets">[count, batch, n_out].</param>
    /// <param name="costs">[count] Receives the costs, reduced over the batch as those of <see cref="Step"/>.</param>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>. Nothing was written.</exception>
    public void Evaluate(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, Span<float> costs) =>
        Run(inputs, targets, costs, Ensemble.Count, updates: false);

    /// <summary>Computes the cost of every member, all on the same samples. Changes nothing.</summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="costs">[count] Receives the costs, reduced over the batch as those of <see cref="Step"/>.</param>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>. Nothing was written.</exception>
    public void EvaluateShared(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, Span<float> costs) =>
        Run(inputs, targets, costs, 1, updates: false);

    /// <summary>
    /// Copies a member to a trainer of one network: its parameters, what the optimizer remembers of it, and the number of steps. That
    /// trainer can go on as if it had trained the member alone.
    /// </summary>
    /// <param name="member">From 0 to count − 1.</param>
    /// <param name="trainer">A trainer of a network of the same shape, by an optimizer with the same states.</param>
    /// <exception cref="ArgumentNullException"><paramref name="trainer"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    /// <exception cref="ArgumentException">The trainer has another shape or other states. Nothing was changed.</exception>
    public void Read(int member, Trainer trainer)
    {
        CheckSame(trainer);
        Ensemble.Read(member, trainer.Network);
        _steps.ReadStates(member, trainer.OptimizerState);
    }

    /// <summary>
    /// Copies a network and what its optimizer remembers to a member. The number of steps stays that of this trainer, so it should be that
    /// of the other one.
    /// </summary>
    /// <param name="member">From 0 to count − 1.</param>
    /// <param name="trainer">A trainer as for <see cref="Read"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="trainer"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    /// <exception cref="ArgumentException">The trainer has another shape or other states. Nothing was changed.</exception>
    public void Write(int member, Trainer trainer)
    {
        CheckSame(trainer);
        Ensemble.Write(member, trainer.Network);
        _steps.WriteStates(member, trainer.OptimizerState);
    }

    /// <summary>
    /// Puts members in the places of others, all at once, with what the optimizer remembers of them. Everything else is as for
    /// <see cref="NetworkEnsemble.Rearrange"/>. Learning rates and decays stay with their places.
    /// </summary>
    /// <param name="sources">[<see cref="NetworkEnsemble.Count"/>]: member i becomes a copy of what member <c>sources[i]</c> was.</param>
    /// <exception cref="ArgumentException">There is not one source for each member. Nothing was changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A source is no member. Nothing was changed.</exception>
    public void Rearrange(ReadOnlySpan<int> sources)
    {
        Ensemble.Rearrange(sources);
        _steps.Rearrange(sources);
    }

    private void CheckSame(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (trainer.OptimizerState.Names.SequenceEqual(Optimizer.StateNames)) return;

        throw new ArgumentException(
            $"trainer must have an optimizer with the states of {Optimizer}, but has {trainer.Optimizer}.", nameof(trainer));
    }

    /// <summary>A step, or the costs alone, on samples of all members or of one that stands for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, Span<float> costs, int givers, bool updates)
    {
        int batch = Ensemble.BatchOf(inputs, targets, givers);
        Guard.Length(costs.Length, Ensemble.Count, nameof(costs));
        Guard.NoOverlap(costs, nameof(costs), inputs, nameof(inputs));
        Guard.NoOverlap(costs, nameof(costs), targets, nameof(targets));
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        fixed (float* c = &MemoryMarshal.GetReference(costs))
        {
            nint each = givers == Ensemble.Count ? batch : 0;
            var samples = new MemberSamples(x, each * Ensemble.Inputs, y, each * Ensemble.Outputs, batch);
            if (updates) _steps.Step(in samples, c);
            else _steps.Measure(in samples, Reduction == Reduction.Mean, c);
        }

        GC.KeepAlive(this);
    }

    private static float[]? RatesOf(ReadOnlySpan<float> rates, int count)
    {
        if (rates.IsEmpty) return null;

        CheckRates(rates, count);
        return rates.ToArray();
    }

    private static void CheckRates(ReadOnlySpan<float> learningRates, int count)
    {
        Guard.Length(learningRates.Length, count, nameof(learningRates));
        for (int i = 0; i < learningRates.Length; i++) Guard.Positive(learningRates[i], Invariant($"{nameof(learningRates)}[{i}]"));
    }

    private static float[]? DecaysOf(ReadOnlySpan<float> weightDecays, int count)
    {
        if (weightDecays.IsEmpty) return null;

        Guard.Length(weightDecays.Length, count, nameof(weightDecays));
        for (int i = 0; i < weightDecays.Length; i++) Guard.NotNegative(weightDecays[i], Invariant($"{nameof(weightDecays)}[{i}]"));
        return weightDecays.ToArray();
    }
}
