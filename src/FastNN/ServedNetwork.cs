using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;

namespace FastNN;

/// <summary>
/// A copy of a network that any number of threads may use while the network itself is trained. <see cref="Publish"/> replaces all
/// parameters of the copy at once. A call uses the parameters of one publication only, never a mixture of two.
/// </summary>
/// <remarks>
/// <para>
/// It holds two copies of the parameters: publication n is in copy n mod 2. <see cref="Publish"/> waits until no call uses the copy that is
/// not current. Then it writes this copy and makes it current. <see cref="Forward"/>, <see cref="InputGradient"/> and
/// <see cref="Jacobian"/> never wait. They take two atomic additions more than those of <see cref="Network"/>: 10 ns.
/// </para>
/// <para>
/// Each copy also has the weights of large layers packed, in the order in which kernels for batches read them. They take as much memory as
/// these weights again. A layer is large if it exceeds the L1 cache. The bits are the same.
/// </para>
/// <para>
/// Any number of threads may call all methods at the same time, as long as nobody changes the parameters of a network during
/// <see cref="Publish"/> or the constructor.
/// </para>
/// </remarks>
public sealed class ServedNetwork
{
    // Each processor has its own count of calls. The counts are two cache lines apart, because cache lines are fetched in pairs. 2-4-3-2
    // takes 20 ns without counting, and 30 ns on two cores at once. With one count for all it takes 41 ns on two cores, and each further
    // core would make all wait longer for its cache line.
    internal const int Stripes = 32;
    private const int Stripe = 128 / sizeof(int);

    private readonly Network[] _copies;
    private readonly int[] _calls = new int[(Stripes + 1) * Stripe]; // the first stripe is unused: it shares a line with the array's length
    private readonly Lock _publishing = new();
    private long _published;

    /// <summary>Serves a copy of <paramref name="network"/>, as publication 0.</summary>
    /// <param name="network">You may change it again after the constructor returns.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The thread fails <see cref="Kernels.CheckFloatingPoint"/>.</exception>
    public ServedNetwork(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _copies = [network.Clone(), network.Clone()];
        foreach (Network copy in _copies) copy.Pack();
    }

    /// <summary>The number of values in a sample.</summary>
    public int Inputs => _copies[0].Inputs;

    /// <summary>The number of values in a prediction.</summary>
    public int Outputs => _copies[0].Outputs;

    /// <summary>
    /// Computes the outputs of one sample or of a batch, as <see cref="Network.Forward"/> does. The whole call uses the parameters of one
    /// publication: the last one when the call begins. It never waits for <see cref="Publish"/>. It allocates only when
    /// <see cref="Network.Forward"/> does: usually in the first call on a thread.
    /// </summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="outputs">Receives [batch, <see cref="Outputs"/>], row by row. It must not overlap the inputs.</param>
    /// <param name="threads">The most threads that work on a batch, at least 1. Any number gives the same bits.</param>
    /// <returns>The number of the publication; 0 for the constructor's. On one thread the number never decreases.</returns>
    /// <exception cref="ArgumentException">
    /// A length does not fit the network, or the outputs overlap the inputs. Nothing was written.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Forward(ReadOnlySpan<float> inputs, Span<float> outputs, int threads = 1)
    {
        using var call = new Call(this);
        call.Network.Forward(inputs, outputs, threads);
        return call.Publication;
    }

    /// <summary>
    /// Computes the gradient by the inputs, as <see cref="Network.InputGradient"/> does: g_j = Σ_i outputGradient_i·∂output_i/∂input_j for
    /// each sample. The publication, waiting and memory are as for <see cref="Forward"/>. With standardizers, both gradients are in your
    /// units.
    /// </summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="outputGradient">[batch, <see cref="Outputs"/>], row by row.</param>
    /// <param name="inputGradient">Receives [batch, <see cref="Inputs"/>], row by row. It must not overlap the other spans.</param>
    /// <param name="threads">The most threads that work on a batch, at least 1. Any number gives the same bits.</param>
    /// <returns>The number of the publication, as for <see cref="Forward"/>.</returns>
    /// <exception cref="ArgumentException">A length does not fit the network, or spans overlap. Nothing was written.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long InputGradient(
        ReadOnlySpan<float> inputs, ReadOnlySpan<float> outputGradient, Span<float> inputGradient, int threads = 1)
    {
        using var call = new Call(this);
        call.Network.InputGradient(inputs, outputGradient, inputGradient, threads);
        return call.Publication;
    }

    /// <summary>
    /// Computes the Jacobian for each sample, as <see cref="Network.Jacobian"/> does. The publication, waiting and memory are as for
    /// <see cref="Forward"/>. With standardizers, the Jacobian is in your units.
    /// </summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row. The length tells the batch size, at least 1.</param>
    /// <param name="jacobian">
    /// Receives [batch, <see cref="Outputs"/>, <see cref="Inputs"/>]: ∂output_i/∂input_j of sample s is at <c>(s·n_out + i)·n_in + j</c>.
    /// It must not overlap the inputs.
    /// </param>
    /// <param name="threads">The most threads that work on a batch, at least 1. Any number gives the same bits.</param>
    /// <returns>The number of the publication, as for <see cref="Forward"/>.</returns>
    /// <exception cref="ArgumentException">A length does not fit the network, or spans overlap. Nothing was written.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Jacobian(ReadOnlySpan<float> inputs, Span<float> jacobian, int threads = 1)
    {
        using var call = new Call(this);
        call.Network.Jacobian(inputs, jacobian, threads);
        return call.Publication;
    }

    /// <summary>
    /// Copies the parameters and standardizers of <paramref name="network"/>, and packs the weights of large layers. Calls that begin
    /// afterwards use them. Publish waits for calls that still use the publication before the last one, and for other threads that publish.
    /// If there are more busy threads than cores, this can take some milliseconds. Publish allocates nothing, except what .NET's lock
    /// allocates when a thread first waits for another one.
    /// </summary>
    /// <param name="network">
    /// A network of the same widths and activations, with any kernels, and with a standardizer where the first network had one. It must not
    /// change until Publish returns. Afterwards it may.
    /// </param>
    /// <returns>The number of this publication: 1 for the first one, and then one more each time.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// A width or an activation differs, or only one of the networks has a standardizer. Nothing was published.
    /// </exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited. Nothing was published.</exception>
    public long Publish(Network network)
    {
        _copies[0].CheckSame(network, nameof(network), "the network that is served");
        lock (_publishing)
        {
            long publication = _published + 1; // no barrier: it changes under this lock only
            Interlocked.MemoryBarrier(); // (2) comes after the last (1)
            WaitForCalls(publication);
            Network copy = _copies[publication & 1];
            copy.CopyFromSame(network);
            copy.Pack();
            Interlocked.Exchange(ref _published, publication); // (1), a fence: the copy is written before it
            return publication;
        }
    }

    /// <summary>
    /// Counts a call on the copy of the current publication, and returns its number. Usually it is the number just seen. The copy does not
    /// change until <see cref="Leave"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The proof, for x64 and Arm: a publisher writes to a copy only after it has (1) made the other copy current and (2) read that no call
    /// is counted on this one. A call (3) counts itself and (4) reads that this copy is current. Barriers stand between (1) and (2), and
    /// between (3) and (4). So no processor sees (2) before (1), or (4) before (3). On x64 the interlocked operation (3) is this barrier.
    /// On Arm64 it is not: with the atomic instructions of Armv8.1, a volatile read may be done before the write of (3) is seen. If (4)
    /// comes after (1), the call sees the new publication. If (4) comes before (1), then (2) comes after (3), and the publisher sees the
    /// call. A call that sees another publication counts itself on both copies. The argument then holds for the copy that is current, and
    /// no third attempt is needed.
    /// </para>
    /// <para>
    /// The parameters need two more orders. They are written before (1), which is a fence, and read after (4), a volatile read. So a call
    /// that sees a publication sees all its parameters. A call reads them before (5) it stops counting, which is a fence, and they are
    /// written after (2), a volatile read. So a publisher that no longer sees a call changes nothing that this call still reads. If another
    /// thread publishes next, the lock passes the order on: (1) comes before the lock is left, and (2) after it is taken.
    /// </para>
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long Enter(int stripe, long seen)
    {
        CountCall(stripe, seen); // (3)
        return Volatile.Read(ref _published) == seen ? seen : EnterBoth(stripe, seen); // (4): the parameters are read after it
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long EnterBoth(int stripe, long entered)
    {
        CountCall(stripe, entered + 1); // (3) for the other copy
        long publication = Volatile.Read(ref _published); // (4)
        Leave(stripe, publication + 1);
        return publication;
    }

    /// <summary>Counts a call. Everything that follows comes after it, also on Arm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountCall(int stripe, long publication)
    {
        Interlocked.Increment(ref Calls(stripe, publication));
        if (ArmBase.IsSupported) Interlocked.MemoryBarrier();
    }

    /// <summary>Counts a call no longer.</summary>
    internal void Leave(int stripe, long publication) => Interlocked.Decrement(ref Calls(stripe, publication)); // (5): all was read before

    private static int StripeOfProcessor() => 1 + (Thread.GetCurrentProcessorId() & (Stripes - 1));

    private void WaitForCalls(long publication)
    {
        for (int stripe = 1; stripe <= Stripes; stripe++)
        {
            // (2): the copy is written after it
            for (var wait = default(SpinWait); Volatile.Read(ref Calls(stripe, publication)) > 0;) wait.SpinOnce();
        }
    }

    private ref int Calls(int stripe, long publication) => ref _calls[stripe * Stripe + (int)(publication & 1)];

    /// <summary>A call that is counted until it is disposed. Until then its network does not change.</summary>
    private readonly ref struct Call
    {
        private readonly ServedNetwork _served;
        private readonly int _stripe;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Call(ServedNetwork served)
        {
            _served = served;
            _stripe = StripeOfProcessor();
            long seen = Volatile.Read(ref served._published); // volatile, so that 32-bit processors read it in one piece
            Publication = served.Enter(_stripe, seen);
        }

        internal long Publication { get; }

        internal Network Network => _served._copies[Publication & 1];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => _served.Leave(_stripe, Publication);
    }
}
