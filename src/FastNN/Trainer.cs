using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastNN.Contract;
using FastNN.Passes;
using FastNN.Plumbing;

namespace FastNN;

/// <summary>
/// Trains a <see cref="Network"/> in place. One step computes outputs, cost and gradient, and updates the parameters.
/// </summary>
/// <remarks>
/// <para>
/// Not thread-safe, <see cref="Evaluate"/> and <see cref="Measure"/> included: one trainer, one caller at a time, and nobody else using the network
/// meanwhile, for which there is <see cref="ServedNetwork"/>. A second caller is refused by an <see cref="InvalidOperationException"/> where a batch is at work; with single samples both may get wrong
/// numbers.
/// </para>
/// <para>
/// Threads: with more than one, a batch is shared out between the caller and threads of .NET's thread pool, which go back to it before the call
/// returns; only the pool itself keeps a thread spinning for some microseconds before it sleeps. No sum is split, so any number gives the same
/// bits. A call never waits for the pool to have a thread free.
/// </para>
/// <para>
/// Memory, in floats of 4 bytes, allocated at the first need, kept, and grown with the largest batch so far; after that a step allocates nothing.
/// ⌈n⌉₁₆ is n rounded up to a multiple of 16, and t the samples in a tile: two vectors, 32 at 512 bits.
/// <list type="bullet">
/// <item>
/// For one sample: 2·Σ_l ⌈n_out⌉₁₆, and Σ ⌈n_out⌉₁₆ over the layers of SiLU, GELU and softplus, whose slopes are kept; for the gradient of its inputs, ⌈n_in⌉₁₆.
/// </item>
/// <item>
/// For batches, which pass in chunks of c samples, at most 128 for each thread, and fewer where that would take more than 64 MB:
/// ⌈c⌉₁₆ + ⌈c⌉ₜ·Σ_l (n_in + 1) + c·Σ_l ⌈n_out⌉₁₆. A first layer whose samples are read where they are does without its n_in: one of more inputs than
/// outputs, these a multiple of 16 and at least 48, and of at most 262,144 weights.
/// </item>
/// <item>
/// For batches of more than a chunk, and for <see cref="Gradient"/>: one for each parameter. Also for any step under <see cref="Optimizer.ClipNorm"/>, and
/// of a batch with several threads, if the optimizer is not <see cref="Sgd"/> without decay and clipping.
/// </item>
/// <item>
/// For such an optimizer also, with the trainer, <see cref="OptimizerState"/>, and without a limit of the norm at most 4,096, or six rows of W if these
/// are more.
/// </item>
/// <item>
/// On each thread that takes part, kept by it for all trainers and networks: t·(9·widest + 4·slopes + 16), inputs included, because four tiles go together, and
/// slopes the neurons whose slopes are kept; t·(3·widest + slopes + 16) if a layer is wider than 8,192.
/// </item>
/// </list>
/// </para>
/// <para>
/// For one sample, layer l with W [n_in, n_out], b, z, a and δ [n_out], and a⁻ [n_in] the outputs of the layer before:
/// <code>
/// forward          z_i = b_i + Σ_j w_ij·a⁻_j,   a_i = f(z_i)             the article: f = σ
/// cost             C of the last layer's outputs a and the targets y       the article: C = Σ_i (a_i − y_i)²
/// output delta     δ_i = ∂C/∂z_i = ∂C/∂a_i · f′(z_i)                       by cost function × by activation: 2(a_i − y_i) · a_i(1 − a_i)
/// hidden delta     δ⁻_j = f′(z⁻_j) · Σ_i w_ij·δ_i                          by induction: a⁻_j(1 − a⁻_j) · Σ_i w_ij·δ_i
/// gradient         ∂C/∂w_ij = δ_i·a⁻_j,   ∂C/∂b_i = δ_i
/// update           w ← w − learningRate·∂C/∂w                              or what another <see cref="Optimizer"/> makes of it
/// </code>
/// </para>
/// <para>
/// The induction holds: δ = ∂C/∂z in every layer. (1) In the last layer, C depends on z_i through a_i alone, so ∂C/∂z_i = ∂C/∂a_i · f′(z_i). (Softmax, where
/// every a_k depends on z_i, sums over k: ∂C/∂z_i = a_i·(g_i − Σ_k g_k·a_k) with g = ∂C/∂a.)
/// (2) If δ_i = ∂C/∂z_i in a layer, then C depends on a⁻_j through every z_i of it, and by the chain rule over all these paths
/// ∂C/∂a⁻_j = Σ_i ∂C/∂z_i · ∂z_i/∂a⁻_j = Σ_i δ_i·w_ij. (3) a⁻_j depends on z⁻_j alone, so ∂C/∂z⁻_j = f′(z⁻_j)·Σ_i w_ij·δ_i = δ⁻_j, and the
/// gradient follows from ∂z_i/∂w_ij = a⁻_j and ∂z_i/∂b_i = 1.
/// </para>
/// <para>
/// For a batch the costs and gradients of its samples are indeed just summed up: C is a sum, and the gradient of a sum is the sum of the
/// gradients. <see cref="Reduction.Mean"/> divides both by the batch size, so that the learning rate means the same for any batch. A batch runs in
/// tiles of samples, which lie in the lanes of vectors: each tile forward and back through all layers while its activations are in the cache, then
/// the gradient, block by block over the samples, each block updating its parameters as soon as it is complete.
/// </para>
/// <para>
/// Who comes from the article that derives the 2-4-3-2 network by hand: its r &lt; 0 is −learningRate. Three slips there: M_h1 repeats a₂ where
/// a₃ belongs; ∂C/∂w₃₂ stands where ∂C/∂w₂₃ belongs; and in some ∂a/∂z a ∂ is missing.
/// </para>
/// </remarks>
public sealed unsafe partial class Trainer
{
    private readonly Network _network;
    private readonly Optimizer _optimizer;
    private readonly AlignedBuffer _activations;
    private readonly AlignedBuffer _deltas;
    private readonly TrainingBatch _pass;
    private readonly TrainingPasses _passes;
    private readonly Updater? _updater; // null where the gradient goes into the parameters as it comes

    /// <summary>Creates a trainer for <paramref name="network"/>.</summary>
    /// <param name="network">The network whose parameters the steps update.</param>
    /// <param name="optimizer">How the gradient becomes an update.</param>
    /// <param name="cost">What to make small; <see cref="Cost.SquaredError"/> for null.</param>
    /// <param name="reduction">How the costs of a batch's samples become one.</param>
    /// <param name="threads">
    /// The most threads that work on a batch, at least 1: the calling one and others of .NET's thread pool. Any number gives the same bits.
    /// </param>
    /// <exception cref="ArgumentNullException">The network or the optimizer is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="cost"/> does not suit the last layer's activation (<see cref="Cost.Suits"/>).</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="reduction"/> is no member of its enumeration, or <paramref name="threads"/> is less than 1.
    /// </exception>
    public Trainer(Network network, Optimizer optimizer, Cost? cost = null, Reduction reduction = Reduction.Mean, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        cost ??= Cost.SquaredError;
        Activation last = network.Layers[^1].Activation;
        if (!cost.Suits(last))
        {
            string needed = string.Join(" or ", Activation.All.Where(cost.Suits));
            throw new ArgumentException($"cost {cost} needs {needed} as the last layer's activation, but that is {last}.", nameof(cost));
        }

        if (!Enum.IsDefined(reduction))
        {
            throw new ArgumentOutOfRangeException(
                nameof(reduction), reduction, $"reduction must be {Reduction.Mean} or {Reduction.Sum}, but is {(int)reduction}.");
        }

        if (threads < 1) Guard.ThrowThreads(threads);
        _network = network;
        _optimizer = optimizer;
        Cost = cost;
        Reduction = reduction;
        Threads = threads;
        NetworkPlan plan = network.Plan;
        _passes = plan.Forward.Under(plan.Functions[^1].Under(cost));
        _activations = new AlignedBuffer(LayerShape.Workspace(plan.Shapes));
        _deltas = new AlignedBuffer(plan.Shapes[^1].ActivationsEnd);
        OptimizerState = new OptimizerState(optimizer.StateNames, network.Buffer.Length);
        _updater = optimizer is Sgd { IsPlain: true } ? null : new Updater(plan, network.Buffer.Pointer, optimizer, OptimizerState);
        _pass = new TrainingBatch(plan, network.Buffer.Pointer, threads, _updater);
    }

    /// <summary>The network whose parameters the steps update.</summary>
    public Network Network => _network;

    /// <summary>How the gradient becomes an update.</summary>
    public Optimizer Optimizer => _optimizer;

    /// <summary>What the steps make small.</summary>
    public Cost Cost { get; }

    /// <summary>How the costs of a batch's samples become one.</summary>
    public Reduction Reduction { get; }

    /// <summary>The most threads that work on a batch, the calling one included.</summary>
    public int Threads { get; }

    /// <summary>What the optimizer remembers of this training: the updates made so far, and its states. To be saved, restored or reset.</summary>
    public OptimizerState OptimizerState { get; }

    /// <summary>
    /// One step of training on a sample or a batch: the gradient of the cost at the present parameters, then one update against it. For a sample
    /// alone each layer is updated as soon as its delta has passed on, in one turn over its weights, unless the norm of the gradient is limited.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row; its length says the batch size, at least 1.</param>
    /// <param name="targets">[batch, n_out], row by row: the outputs wished for.</param>
    /// <param name="cancellationToken">Asked between parts of the work, until the update begins.</param>
    /// <returns>
    /// The cost before the update. NaN and ∞ in the samples flow through as IEEE arithmetic says: when the cost is NaN, parameters are too by now;
    /// after an infinite input they may be although this cost is finite, and the next one shows it.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or a span overlaps the parameters, the gradient or the optimizer's state. Nothing was changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token said so. The parameters, and the optimizer's state, are as before.</exception>
    /// <exception cref="InvalidOperationException">
    /// The optimizer's schedule gives no valid factor for this step, or a batch is at work on another thread. Nothing was changed.
    /// </exception>
    public float Step(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, CancellationToken cancellationToken = default)
    {
        int batch = Validate(inputs, targets);
        cancellationToken.ThrowIfCancellationRequested();
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            float cost;
            if (_updater != null)
            {
                cost = StepByUpdater(_updater, x, y, batch, cancellationToken);
            }
            else
            {
                float rate = -_optimizer.RateAt(OptimizerState.Steps);
                cost = rate == 0f ? CostOf(x, y, batch)
                    : batch == 1 ? _passes.Step(_network.Buffer.Pointer, x, y, _activations.Pointer, _deltas.Pointer, rate)
                    : StepBatch(x, y, batch, rate, cancellationToken);
            }

            OptimizerState.Advance();
            GC.KeepAlive(this);
            return cost;
        }
    }

    /// <summary>
    /// Repeats <see cref="Step"/> on the same samples until their cost is small enough, a number of steps is reached, or the cost is not
    /// finite (nothing more can be learned then). It ends at the first parameters for which that holds, so each turn evaluates before it steps.
    /// </summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <param name="cost">The cost to reach, at least 0.</param>
    /// <param name="maxSteps">The most updates to make, at least 0.</param>
    /// <param name="cancellationToken">Ends it by an exception, after the last whole step.</param>
    /// <returns>The updates made and the cost they led to.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative or NaN, or <paramref name="maxSteps"/> negative.</exception>
    /// <exception cref="ArgumentException">As for <see cref="Step"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Step"/>.</exception>
    public TrainingResult TrainUntil(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, float cost, int maxSteps, CancellationToken cancellationToken = default)
    {
        if (!(cost >= 0)) throw new ArgumentOutOfRangeException(nameof(cost), cost, $"cost must be at least 0, but is {cost}.");
        ArgumentOutOfRangeException.ThrowIfNegative(maxSteps);
        for (int steps = 0; ; steps++)
        {
            float reached = Evaluate(inputs, targets);
            if (reached <= cost || steps == maxSteps || !float.IsFinite(reached)) return new TrainingResult(steps, reached, reached <= cost);
            Step(inputs, targets, cancellationToken);
        }
    }

    /// <summary>The cost of the network on samples, held out from training perhaps. Changes no parameter.</summary>
    /// <param name="inputs">[batch, n_in], row by row.</param>
    /// <param name="targets">[batch, n_out], row by row.</param>
    /// <returns>The cost, reduced over the batch like <see cref="Step"/>'s.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Step"/>.</exception>
    /// <exception cref="InvalidOperationException">A batch is at work on another thread.</exception>
    public float Evaluate(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        int batch = Validate(inputs, targets);
        fixed (float* x = &MemoryMarshal.GetReference(inputs), y = &MemoryMarshal.GetReference(targets))
        {
            float cost = CostOf(x, y, batch);
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
        if (_gradient is not null || _updater != null) // rare, and apart: a step of 2-4-3-2 feels each branch
        {
            CheckApart(inputs, nameof(inputs));
            CheckApart(targets, nameof(targets));
        }

        return batch;
    }

    private void CheckApart(ReadOnlySpan<float> span, string name)
    {
        Guard.NoOverlap(span, name, _network.Buffer, "network.Parameters");
        if (_gradient is not null) Guard.NoOverlap(span, name, _gradient, nameof(Gradient));
        if (_updater != null) OptimizerState.NoOverlap(span, name);
    }

    private float StepByUpdater(Updater updater, float* x, float* y, int batch, CancellationToken cancellationToken)
    {
        UpdateTerms terms = updater.NextTerms();
        if (batch > 1)
        {
            float* gradient = _pass.NeedsGradient(batch) ? GradientBuffer.Pointer : null;
            return Reduce(_pass.Update(_passes, x, y, batch, gradient, Scale(batch), in terms, cancellationToken), batch);
        }

        updater.Begin(in terms);
        float cost;
        if (updater.LimitsNorm)
        {
            cost = GradientOfSample(x, y, GradientBuffer);
            updater.Limit(GradientBuffer.Pointer);
            updater.UpdateAll(GradientBuffer.Pointer);
        }
        else
        {
            cost = DifferentiateSample(x, y);
            updater.BackwardUpdate(x, _activations.Pointer, _deltas.Pointer);
        }

        return cost;
    }

    private float StepBatch(float* x, float* y, int batch, float rate, CancellationToken cancellationToken)
    {
        float* sums = _pass.NeedsGradient(batch) ? GradientBuffer.Pointer : null;
        return Reduce(_pass.GradientDescent(_passes, x, y, batch, sums, Scale(batch), rate, cancellationToken), batch);
    }

    private float CostOf(float* x, float* y, int batch) => Reduce(CostSum(x, y, batch), batch);

    private double CostSum(float* x, float* y, int batch) => batch == 1 ? DifferentiateSample(x, y) : _pass.Cost(_passes, x, y, batch);

    private float DifferentiateSample(float* x, float* y) =>
        _passes.OutputDelta(_network.Buffer.Pointer, x, y, _activations.Pointer, _deltas.Pointer);

    /// <summary>What the sum of the samples' gradients is multiplied by.</summary>
    private float Scale(int batch) => Reduction == Reduction.Mean ? 1f / batch : 1f;

    private float Reduce(double cost, int batch) => (float)(Reduction == Reduction.Mean ? cost / batch : cost);
}
