using FastNN.Ensembles;
using FastNN.Plumbing;
using static System.FormattableString;

namespace FastNN;

public sealed unsafe partial class NetworkEnsemble
{
    private float[]? _parents; // parameters of two members

    /// <summary>Copies a member to a network. Allocates nothing.</summary>
    /// <param name="member">From 0 to <see cref="Count"/> − 1.</param>
    /// <param name="network">
    /// Receives the parameters: a network of the same widths and activations, with any kernels, and without standardizers.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="ArgumentException">The network has another shape, or a standardizer. Nothing was changed.</exception>
    public void Read(int member, Network network)
    {
        CheckMember(member, nameof(member));
        Shape.CheckSame(network, nameof(network), "the ensemble");
        Members.Read(member, network.Parameters);
    }

    /// <summary>Copies a network to a member. Nobody else may use the ensemble during the call. Allocates nothing.</summary>
    /// <param name="member">From 0 to <see cref="Count"/> − 1.</param>
    /// <param name="network">A network as for <see cref="Read"/>. Its parameters must not change during the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="ArgumentException">The network has another shape, or a standardizer. Nothing was changed.</exception>
    public void Write(int member, Network network)
    {
        CheckMember(member, nameof(member));
        Shape.CheckSame(network, nameof(network), "the ensemble");
        Members.Write(member, network.Parameters);
    }

    /// <summary>
    /// Puts members in the places of others, all at once: member i becomes a copy of what member <c>sources[i]</c> was. So a selection
    /// names the survivors, each as often as it shall live on, and a permutation names each member once. Nobody else may use the ensemble
    /// during the call. The first call allocates as much as the parameters take.
    /// </summary>
    /// <param name="sources">[<see cref="Count"/>], each from 0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentException">There is not one source for each member. Nothing was changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A source is no member. Nothing was changed.</exception>
    public void Rearrange(ReadOnlySpan<int> sources)
    {
        CheckSources(sources);
        Members.Rearrange(sources);
    }

    /// <summary>
    /// Makes a member from two others: it takes each parameter from the one or from the other, each with a probability of one half (uniform
    /// crossover). Nobody else may use the ensemble during the call. The first call allocates the parameters of two members.
    /// </summary>
    /// <param name="first">A parent, from 0 to <see cref="Count"/> − 1.</param>
    /// <param name="second">The other parent.</param>
    /// <param name="child">Receives the parameters. It may be one of the parents.</param>
    /// <param name="seed">The seed of the choices. The same seed and child give the same choices on every platform.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is no member. Nothing was changed.</exception>
    public void Cross(int first, int second, int child, int seed)
    {
        CheckMember(first, nameof(first));
        CheckMember(second, nameof(second));
        CheckMember(child, nameof(child));
        int parameters = Shape.Parameters.Length;
        _parents ??= new float[2 * parameters];
        Span<float> own = _parents.AsSpan(0, parameters), other = _parents.AsSpan(parameters);
        Members.Read(first, own);
        Members.Read(second, other);
        var random = new SplitMix64(seed, child);
        ulong bits = 0;
        for (int p = 0; p < parameters; p++, bits >>= 1)
        {
            if (p % 64 == 0) bits = random.Next();
            if (bits % 2 != 0) own[p] = other[p];
        }

        Members.Write(child, own);
    }

    /// <summary>
    /// Adds noise to the parameters of some members: w ← w + deviation·n, with n from the standard normal distribution (mutation). Nobody
    /// else may use the ensemble during the call. The first call allocates the parameters of two members.
    /// </summary>
    /// <param name="members">The members, each from 0 to <see cref="Count"/> − 1, in any order.</param>
    /// <param name="deviation">The standard deviation of the noise, finite and at least 0.</param>
    /// <param name="seed">
    /// The seed of the noise. A seed and a member give the same noise on every platform, and each member gets another.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// One is no member, or <paramref name="deviation"/> is negative or not finite. Nothing was changed.
    /// </exception>
    public void Perturb(ReadOnlySpan<int> members, float deviation, int seed)
    {
        Guard.NotNegative(deviation, nameof(deviation));
        CheckMembers(members, nameof(members));
        int parameters = Shape.Parameters.Length;
        _parents ??= new float[2 * parameters];
        Span<float> own = _parents.AsSpan(0, parameters);
        foreach (int member in members)
        {
            var noise = new NormalNumbers(seed, member);
            Members.Read(member, own);
            foreach (ref float parameter in own) parameter = MathF.FusedMultiplyAdd(deviation, noise.Next(), parameter);
            Members.Write(member, own);
        }
    }

    /// <exception cref="ArgumentException">There is not a source for each member, or a source is no member.</exception>
    internal void CheckSources(ReadOnlySpan<int> sources)
    {
        if (sources.Length != Count)
        {
            throw new ArgumentException(
                Invariant($"sources must name a member for each of the {Count} members, but has a length of {sources.Length}."),
                nameof(sources));
        }

        CheckMembers(sources, nameof(sources));
    }

    private void CheckMembers(ReadOnlySpan<int> members, string name)
    {
        for (int i = 0; i < members.Length; i++)
        {
            if ((uint)members[i] >= (uint)Count) CheckMember(members[i], Invariant($"{name}[{i}]"));
        }
    }

    private void CheckMember(int member, string name)
    {
        if ((uint)member >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(
                name, member, Invariant($"{name} must be at least 0 and less than {Count}, but is {member}."));
        }
    }
}
