using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Optimizers;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// Trains a <see cref="Network"/> in place. One step computes the outputs, the cost and the gradient, and updates the parameters.
/// </summary>
/// <remarks>
/// <para>
/// Several trainers may train one network, one after the other, for example with different costs. Each keeps its own
/// optimizer state and workspace. Nothing notices if they step at the same time, and then numbers are wrong.
/// </para>
/// <para>
/// A trainer is not thread-safe, and neither are <see cref="Evaluate"/> and <see cref="Measure"/>. One trainer serves one caller at a time,
/// and nobody else may use the network meanwhile. To use the network during training, use a <see cref="ServedNetwork"/>. A second caller
/// gets an <see cref="InvalidOperationException"/> if a batch is running. With single samples, both callers may get wrong numbers and no
/// error.
/// </para>
/// <para>
/// Threads: with more than one thread, the calling thread shares a batch with threads of .NET's thread pool. These return to the pool
/// before the call returns. The pool keeps a thread spinning for some microseconds before it sleeps; FastNN does not. Threads split no sum,
/// so any number of threads gives the same bits. The call never waits for the pool to have a free thread.
/// </para>
/// <para>
/// Memory: the formulas count floats of 4 bytes. Each part is allocated when it is first needed. It is kept, and grows with the largest
/// batch so far. After that a step allocates nothing. ⌈n⌉₁₆ is n rounded up to a multiple of 16. t is the number of samples in a tile: two
/// vectors, so 32 at 512 bits.
/// <list type="bullet">
/// <item>
/// One sample takes 2·Σ_l ⌈n_out⌉₁₆. Layers of SiLU, GELU and softplus keep their slopes, and add Σ ⌈n_out⌉₁₆ over these layers. The
/// gradient of the inputs adds ⌈n_in⌉₁₆.
/// </item>
/// <item>
/// A batch is computed in chunks of c samples. c is at most 128 for each thread, and less if that would take more than 64 MB. A chunk
/// takes ⌈c⌉₁₆ + ⌈c⌉ₜ·Σ_l (n_in + 1) + c·Σ_l ⌈n_out⌉₁₆. The first layer adds no n_in if it reads the samples where they are. It does so if
/// it has more inputs than outputs and its weights fit the L2 cache of a core, and if its outputs are a multiple of 16 and at least 48.
/// </item>
/// <item>
/// The gradient takes one float for each parameter. It is allocated for batches of more than one chunk, and for <see cref="Gradient"/>.
/// Batches of more than 1,024 samples take two floats more for each parameter.
/// Optimizers other than <see cref="Sgd"/> without decay and clipping also need it for each step with <see cref="Optimizer.ClipNorm"/>, and
/// for a batch on several threads.
/// </item>
/// <item>
/// These optimizers also take <see cref="OptimizerState"/>, which is allocated with the trainer, and at most 4,096 floats more, or six rows
/// of W if that is more. A <see cref="SecondOrderOptimizer"/> says what it takes.
/// </item>
/// <item>
/// Each thread that takes part keeps a workspace, which it uses for all trainers and networks. It takes t·(9·widest + 4·slopes + 16),
/// because four tiles are computed together. It takes t·(3·widest + slopes + 16) if a layer is wider than 8,192. widest is the width of the
/// widest layer, inputs included. slopes is the number of neurons whose slopes are kept.
/// </item>
/// </list>
/// </para>
/// <para>
/// Mathematics: layer l has W [n_in, n_out], and b, z, a and δ [n_out]. a⁻ [n_in] are the outputs of the layer before. For one sample:
/// <code>
/// forward          z_i = b_i + Σ_j w_ij·a⁻_j,   a_i = f(z_i)
/// cost             C of the last layer's outputs a and the targets y
/// output delta     δ_i = ∂C/∂z_i = ∂C/∂a_i · f′(z_i)
/// hidden delta     δ⁻_j = f′(z⁻_j) · Σ_i w_ij·δ_i
/// gradient         ∂C/∂w_ij = δ_i·a⁻_j,   ∂C/∂b_i = δ_i
/// update           w ← w − learningRate·∂C/∂w, or the rule of another <see cref="Optimizer"/>
/// </code>
/// In softmax each a_k depends on each z_i, so the output delta sums over k: ∂C/∂z_i = a_i·(g_i − Σ_k g_k·a_k) with g = ∂C/∂a.
/// </para>
/// <para>
/// The cost and the gradient of a batch are the sums over its samples. <see cref="Reduction.Mean"/> divides both by the batch size. The
/// page docs/mathematics.md in the package proves that δ = ∂C/∂z in every layer. It also compares these formulas with the article that
/// derives the training of a 2-4-3-2 network by hand. The r &lt; 0 of that article is −learningRate.
/// </para>
/// <para>
/// With standardizers, inputs, targets and costs are in the user's units. With a <see cref="Network.OutputStandardizer"/> the cost is that
/// of y = y′/factor + mean and the targets, and the delta is that of y′ and of (target − mean)·factor.
/// </para>
/// <para>
/// A batch runs in tiles. The samples of a tile lie in the lanes of vectors. Each tile goes forward and backward through all layers while
/// its activations are in the cache. Then the gradient is computed in blocks of parameters, each over all samples. A block updates its
/// parameters as soon as it is complete.
/// </para>
/// </remarks>
public sealed unsafe partial class Trainer
{
    private readonly Network _network;
    private readonly Optimizer _optimizer;
    private readonly AlignedBuffer _activations;
    private readonly AlignedBuffer _deltas;
    private readonly TrainingBatch _pass;
    private TrainingPasses _passes;
    private Standardizer? _outputStandardizer; // the one that _passes knows
    private AlignedBuffer? _ownInputs;
    private readonly bool _descends; // Sgd without decay and clipping: the gradient goes straight into the parameters
    private readonly Updater? _updater; // null for plain Sgd, and for second-order optimizers

    /// <summary>Creates a trainer for <paramref name="network"/>.</summary>
    /// <param name="network">The network whose parameters the steps update.</param>
    /// <param name="optimizer">The rule that turns the gradient into an update.</param>
    /// <param name="cost">The cost that the steps reduce; null for <see cref="Cost.SquaredError"/>.</param>
    /// <param name="reduction">How the costs of the samples of a batch become one cost.</param>
    /// <param name="threads">
    /// The most threads that work on a batch, at least 1: the calling thread and threads of .NET's thread pool. Any number gives the same
    /// bits.
    /// </param>
    /// <exception cref="ArgumentNullException">The network or the optimizer is null.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="cost"/> does not suit the activation of the last layer (<see cref="Cost.Suits"/>). Or the last layer is softmax of
    /// one output, which is always 1, so nothing can be learned. Or a <see cref="SecondOrderOptimizer"/> has a schedule or a clip.
    /// Or <see cref="LevenbergMarquardt"/> has another cost than <see cref="Cost.SquaredError"/>, or more than 4,096 parameters.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="reduction"/> is no member of its enumeration, or <paramref name="threads"/> is less than 1.
    /// </exception>
    /// <exception cref="InvalidOperationException">The thread fails <see cref="Kernels.CheckFloatingPoint"/>.</exception>
    public Trainer(Network network, Optimizer optimizer, Cost? cost = null, Reduction reduction = Reduction.Mean, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        cost ??= Cost.SquaredError;
        Check(network, nameof(network), cost, reduction, threads);
        if (optimizer is SecondOrderOptimizer searching) CheckSearches(searching, network, cost);
        _network = network;
        _optimizer = optimizer;
        Cost = cost;
        Reduction = reduction;
        Threads = threads;
        NetworkPlan plan = network.Plan;
        _outputStandardizer = network.OutputStandardizer;
        _passes = PassesUnder(_outputStandardizer);
        _activations = new AlignedBuffer(LayerShape.Workspace(plan.Shapes));
        _deltas = new AlignedBuffer(plan.Shapes[^1].ActivationsEnd);
        OptimizerState = new OptimizerState(optimizer.StateNames, network.Buffer.Length);
        _descends = optimizer is Sgd { IsPlain: true };
        if (!_descends && optimizer is not SecondOrderOptimizer)
            _updater = new Updater(plan, network.Buffer.Pointer, optimizer, OptimizerState);
        _pass = new TrainingBatch(plan, network.Buffer.Pointer, threads, _updater);
        if (optimizer is SecondOrderOptimizer secondOrder)
        {
            _minimizer = secondOrder.MinimizerOf(network, OptimizerState, threads);
            _objective = new Objective(
                plan, network.Buffer.Pointer, _activations.Pointer, _deltas.Pointer, _pass, optimizer.WeightDecay);
        }
    }

    /// <summary>Checks what trainers of a network and of an ensemble have in common, and the thread.</summary>
    internal static void Check(Network network, string name, Cost cost, Reduction reduction, int threads)
    {
        Activation last = network.Layers[^1].Activation;
        if (!cost.Suits(last))
        {
            string needed = string.Join(" or ", Activation.All.Where(cost.Suits));
            throw new ArgumentException($"cost {cost} needs {needed} as the last layer's activation, but that is {last}.", nameof(cost));
        }

        if (last == Activation.Softmax && network.Outputs == 1)
        {
            throw new ArgumentException(
                $"{name} must have at least two outputs behind {last}, but has 1: {last} of one output is always 1, so nothing can be "
                + $"learned. Use {Activation.Sigmoid} with {Cost.BinaryCrossEntropy}, or one output for each class.",
                name);
        }

        if (!Enum.IsDefined(reduction))
        {
            throw new ArgumentOutOfRangeException(
                nameof(reduction), reduction, $"reduction must be {Reduction.Mean} or {Reduction.Sum}, but is {(int)reduction}.");
        }

        if (threads < 1) Guard.ThrowThreads(threads);
        FloatingPointMode.Check();
    }

    /// <summary>The network whose parameters the steps update.</summary>
    public Network Network => _network;

    /// <summary>The rule that turns the gradient into an update.</summary>
    public Optimizer Optimizer => _optimizer;

    /// <summary>The cost that the steps reduce.</summary>
    public Cost Cost { get; }

    /// <summary>How the costs of the samples of a batch become one cost.</summary>
    public Reduction Reduction { get; }

    /// <summary>The most threads that work on a batch. The calling thread is one of them.</summary>
    public int Threads { get; }

    /// <summary>
    /// What the optimizer remembers of this training: the number of updates, and its states. You can save, restore and reset it.
    /// </summary>
    public OptimizerState OptimizerState { get; }

    /// <summary>
    /// Takes one training step on a sample or a batch: computes the gradient of the cost at the present parameters, and then makes one
    /// update. For a single sample, the backward pass updates the weights of a layer while it reads them, after it has used their old
    /// values. With <see cref="Optimizer.ClipNorm"/> it does not: the whole gradient comes first. A <see cref="SecondOrderOptimizer"/>
    /// evaluates the cost several times.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="targets">[batch, n_out], row by row: the outputs that the network should give.</param>
    /// <param name="cancellationToken">Checked between parts of the work, until the update begins.</param>
    /// <returns>
    /// The cost before the update. NaN and ∞ in the samples pass through by the rules of IEEE arithmetic. If the cost is NaN, the step has
    /// brought NaN into the parameters. After an infinite input, parameters may be NaN although this cost is finite. The next cost then
    /// shows it.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or a span overlaps the parameters, the gradient or the optimizer's state. Nothing was changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled. The parameters and the optimizer's state are unchanged.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The optimizer's schedule gives no valid factor for this step, or a batch is running on another thread. Nothing was changed.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Step(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, CancellationToken cancellationToken = default)
    {
        int batch = Validate(inputs, targets);
        cancellationToken.ThrowIfCancellationRequested();
        fixed (float* given = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            float* x = InOwnUnits(given, batch);
            float cost;
            if (!_descends)
            {
                cost = StepByUpdater(_updater, x, y, batch, default, cancellationToken);
            }
            else
            {
                float rate = -_optimizer.RateAt(OptimizerState.Steps);
                cost = rate == 0f ? CostOf(x, y, batch)
                    : batch == 1 ? Passes.Step(_network.Buffer.Pointer, x, y, _activations.Pointer, _deltas.Pointer, rate)
                    : StepBatch(x, y, batch, rate, default, cancellationToken);
                OptimizerState.Advance();
            }

            GC.KeepAlive(this);
            return cost;
        }
    }

    /// <summary>Computes the cost of the network on samples, for example held-out ones. Changes no parameter.</summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <returns>The cost, reduced over the batch in the same way as the cost of <see cref="Step"/>.</returns>
    /// <exception cref="ArgumentException">The same as for <see cref="Step"/>.</exception>
    /// <exception cref="InvalidOperationException">A batch is running on another thread.</exception>
    public float Evaluate(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets);
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            float cost = CostOf(InOwnUnits(x, batch), y, batch);
            GC.KeepAlive(this);
            return cost;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Validate(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = 1;
        if (inputs.Length != _network.Inputs || targets.Length != _network.Outputs)
            batch = _network.BatchOf(inputs, nameof(inputs), targets, nameof(targets));
        Guard.NoOverlap(inputs, nameof(inputs), _network.Buffer, "network.Parameters");
        Guard.NoOverlap(targets, nameof(targets), _network.Buffer, "network.Parameters");
        if (_gradient is not null || !_descends) // rare, so in a method of its own: each branch slows a step of 2-4-3-2
        {
            CheckApart(inputs, nameof(inputs));
            CheckApart(targets, nameof(targets));
        }

        return batch;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckApart(ReadOnlySpan<float> span, string name)
    {
        Guard.NoOverlap(span, name, _network.Buffer, "network.Parameters");
        if (_gradient is not null) Guard.NoOverlap(span, name, _gradient, nameof(Gradient));
        OptimizerState.NoOverlap(span, name);
    }

    /// <summary>A step of an optimizer that needs the gradient in memory. It counts, unless training ends at its cost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float StepByUpdater(Updater? updater, float* x, float* y, int batch, in CostGoal goal, CancellationToken cancellationToken)
    {
        if (updater == null) return Iterate(Unweighted(x, y, batch), in goal, _continues, cancellationToken);

        UpdateTerms terms = updater.NextTerms();
        float cost;
        if (batch > 1)
        {
            float* gradient = _pass.NeedsGradient(batch) ? GradientBuffer.Pointer : null;
            cost = Reduce(_pass.Update(Passes, x, y, batch, gradient, Scale(batch), in terms, in goal, cancellationToken), batch);
        }
        else
        {
            cost = DifferentiateSample(Passes, x, y);
            if (!goal.EndsAt(cost)) UpdateBySample(updater, Passes, x, in terms);
        }

        if (!goal.EndsAt(cost)) OptimizerState.Advance();
        return cost;
    }

    /// <summary>The update by a sample, after <see cref="DifferentiateSample"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UpdateBySample(Updater updater, TrainingPasses passes, float* x, in UpdateTerms terms)
    {
        updater.Begin(in terms);
        if (updater.MayLimit(_deltas.Pointer))
        {
            GradientOfSample(passes, x, GradientBuffer);
            updater.Limit(GradientBuffer.Pointer);
            updater.UpdateAll(GradientBuffer.Pointer);
        }
        else
        {
            updater.BackwardUpdate(x, _activations.Pointer, _deltas.Pointer);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float StepBatch(float* x, float* y, int batch, float rate, in CostGoal goal, CancellationToken cancellationToken)
    {
        float* sums = _pass.NeedsGradient(batch) ? GradientBuffer.Pointer : null;
        return Reduce(_pass.GradientDescent(Passes, x, y, batch, sums, Scale(batch), rate, in goal, cancellationToken), batch);
    }

    /// <summary>The passes under the present output standardizer, which the network may get at any time.</summary>
    private TrainingPasses Passes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ReferenceEquals(_network.OutputStandardizer, _outputStandardizer) ? _passes : RenewPasses();
    }

    private TrainingPasses RenewPasses()
    {
        _given = null;
        _weighted = null;
        _own = null;
        _ownWeighted = null;
        _outputStandardizer = _network.OutputStandardizer;
        return _passes = PassesUnder(_outputStandardizer);
    }

    private TrainingPasses PassesUnder(Standardizer? standardizer)
    {
        NetworkPlan plan = _network.Plan;
        return plan.Forward.Under(OutputUnder(plan, standardizer));
    }

    private OutputKernels OutputUnder(NetworkPlan plan, Standardizer? standardizer)
    {
        OutputKernels output = plan.Functions[^1].Under(Cost);
        return standardizer == null ? output : new StandardizedOutput(output, plan.Kernels.Standardizing, standardizer);
    }

    /// <summary>One sample in the network's own units. A batch is standardized chunk by chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* InOwnUnits(float* x, int batch)
    {
        if (batch > 1) _pass.InputStandardizer = _network.InputStandardizer;
        return batch > 1 || _network.InputStandardizer == null ? x : SampleInOwnUnits(x, _network.InputStandardizer);
    }

    private float* SampleInOwnUnits(float* x, Standardizer input)
    {
        AlignedBuffer own = _ownInputs ?? Allocate(ref _ownInputs, VirtualLanes.RoundUp(_network.Inputs));
        _network.Plan.Kernels.Standardizing.ToOwnUnits(input, x, 1, own.Pointer);
        return own.Pointer;
    }

    private float CostOf(float* x, float* y, int batch) => Reduce(CostSum(Passes, x, y, batch), batch);

    private double CostSum(TrainingPasses passes, float* x, float* y, int batch) =>
        batch == 1 ? DifferentiateSample(passes, x, y) : _pass.Cost(passes, x, y, batch);

    private float DifferentiateSample(TrainingPasses passes, float* x, float* y) =>
        passes.OutputDelta(_network.Buffer.Pointer, x, y, _activations.Pointer, _deltas.Pointer);

    /// <summary>The factor of the sum of the samples' gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Scale(int batch) => Reduction == Reduction.Mean ? 1f / batch : 1f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Reduce(double cost, int batch) => (float)(Reduction == Reduction.Mean ? cost / batch : cost);
}
