using System.Runtime.CompilerServices;

namespace FastNN;

/// <summary>
/// A network that any number of threads use while another one is trained and, from time to time, takes its place: a call computes with the parameters of one
/// publication, never with some of one and some of the next.
/// </summary>
/// <remarks>
/// <para>
/// Holds two copies of the parameters: publication n is in copy n mod 2. <see cref="Publish"/> writes to the copy that is not current, once no call runs on
/// it any more, and then makes it current. <see cref="Forward"/> never waits; beside <see cref="Network.Forward"/> it takes two atomic additions, 10 ns.
/// </para>
/// <para>Safe on any number of threads at once, as long as none changes the parameters of a network while it is being copied from.</para>
/// </remarks>
public sealed class ServedNetwork
{
    // Calls are counted by processors, apart by two cache lines, which come in pairs. With one count for all, 2-4-3-2 takes 41 ns on two cores at once
    // instead of 30, for 20 by itself, and with each further core all would wait longer for its line.
    internal const int Stripes = 32;
    private const int Stripe = 128 / sizeof(int);

    private readonly Network[] _copies;
    private readonly int[] _calls = new int[(Stripes + 1) * Stripe]; // the first line is that of the array's length
    private readonly Lock _publishing = new();
    private long _published;

    /// <summary>Serves a copy of <paramref name="network"/>, as publication 0.</summary>
    /// <param name="network">Which may change again once this returns.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    public ServedNetwork(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _copies = [network.Clone(), network.Clone()];
    }

    /// <summary>Values in a sample.</summary>
    public int Inputs => _copies[0].Inputs;

    /// <summary>Values in a prediction.</summary>
    public int Outputs => _copies[0].Outputs;

    /// <summary>
    /// Computes the outputs of one sample or of a batch as <see cref="Network.Forward"/> does, all of them with the parameters of one publication, the last one
    /// when the call begins. Never waits for <see cref="Publish"/>. Allocates nothing, but for the first call on a thread, as
    /// <see cref="Network.Forward"/> does.
    /// </summary>
    /// <param name="inputs">[batch, <see cref="Inputs"/>], row by row; its length says the batch size, at least 1.</param>
    /// <param name="outputs">Receives [batch, <see cref="Outputs"/>], row by row; must not overlap the inputs.</param>
    /// <param name="threads">The most threads that work on a batch, at least 1. Any number gives the same bits.</param>
    /// <returns>The number of the publication, 0 for the constructor's. On one thread it never gets less.</returns>
    /// <exception cref="ArgumentException">A length does not fit the network, or the outputs overlap the inputs. Nothing was written.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    public long Forward(ReadOnlySpan<float> inputs, Span<float> outputs, int threads = 1)
    {
        int stripe = StripeOfProcessor();
        long publication = Enter(stripe, Volatile.Read(ref _published));
        try
        {
            _copies[publication & 1].Forward(inputs, outputs, threads);
        }
        finally
        {
            Leave(stripe, publication);
        }

        return publication;
    }

    /// <summary>
    /// Copies the parameters of <paramref name="network"/>, and has the calls that begin from then on compute with them. Waits for those that still run on the
    /// publication before the last one, where busy threads outnumber processors some milliseconds, and for other threads that publish. Allocates nothing, but for what .NET's lock does when a thread first waits for
    /// another.
    /// </summary>
    /// <param name="network">Of the same widths and activations, on whatever kernels. Must not change until this returns; after that it may.</param>
    /// <returns>The number of this publication: 1 for the first, and one more for each that follows.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="ArgumentException">A width or an activation differs. Nothing was published.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited. Nothing was published.</exception>
    public long Publish(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        CheckSame(network);
        lock (_publishing)
        {
            long publication = _published + 1;
            WaitForCalls(publication);
            network.Parameters.CopyTo(_copies[publication & 1].Parameters);
            Interlocked.Exchange(ref _published, publication);
            return publication;
        }
    }

    /// <summary>
    /// Counts a call on the copy of the current publication, whose number it returns; most likely it is the one just seen. The copy does not change until
    /// <see cref="Leave"/>.
    /// </summary>
    /// <remarks>
    /// Because: a publisher writes to a copy only after it has (1) made the other one current and (2) read that no call is counted on this one, while a call
    /// (3) counts itself and (4) reads that this one is current. Interlocked operations are full fences, so no processor sees (2) before (1) or (4)
    /// before (3). Either (4) comes after (1), and sees it, or before, and then (2) comes after (3), and sees the call. A call that sees another
    /// publication counts itself on both copies; that argument then holds for whichever is current, and nobody tries a third time.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long Enter(int stripe, long seen)
    {
        Interlocked.Increment(ref Calls(stripe, seen));
        return Volatile.Read(ref _published) == seen ? seen : EnterBoth(stripe, seen);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long EnterBoth(int stripe, long entered)
    {
        Interlocked.Increment(ref Calls(stripe, entered + 1));
        long publication = Volatile.Read(ref _published);
        Leave(stripe, publication + 1);
        return publication;
    }

    internal void Leave(int stripe, long publication) => Interlocked.Decrement(ref Calls(stripe, publication));

    private static int StripeOfProcessor() => 1 + (Thread.GetCurrentProcessorId() & (Stripes - 1));

    private void WaitForCalls(long publication)
    {
        for (int stripe = 1; stripe <= Stripes; stripe++)
        {
            for (var wait = default(SpinWait); Volatile.Read(ref Calls(stripe, publication)) > 0;) wait.SpinOnce();
        }
    }

    private ref int Calls(int stripe, long publication) => ref _calls[stripe * Stripe + (int)(publication & 1)];

    private void CheckSame(Network network)
    {
        Network served = _copies[0];
        if (network.Inputs != served.Inputs) throw Differs(nameof(network), "Inputs", network.Inputs, served.Inputs);
        if (network.Layers.Count != served.Layers.Count) throw Differs(nameof(network), "Layers.Count", network.Layers.Count, served.Layers.Count);
        for (int l = 0; l < served.Layers.Count; l++)
        {
            Layer given = network.Layers[l], expected = served.Layers[l];
            if (given.Outputs != expected.Outputs) throw Differs(nameof(network), $"Layers[{l}].Outputs", given.Outputs, expected.Outputs);
            if (given.Activation != expected.Activation) throw Differs(nameof(network), $"Layers[{l}].Activation", given.Activation, expected.Activation);
        }
    }

    private static ArgumentException Differs(string argument, string what, object given, object served) =>
        new($"{argument}.{what} must be {served}, as in the network that is served, but is {given}.", argument);
}
