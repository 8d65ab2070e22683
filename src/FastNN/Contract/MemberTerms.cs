using System.Runtime.CompilerServices;
using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// The numbers of an update that may differ from network to network (<see cref="UpdateTerms"/>). Those of a block of sixteen networks are
/// five rows of sixteen floats: the rates, and then as many factors of the old parameters, decays, factors of the gradient, and ones. A
/// network that takes no part in the update has a rate of 0 and a 0 instead of the one: it keeps all its bits.
/// </summary>
internal static unsafe class MemberTerms
{
    internal const int Rates = 0, Keeps = 16, Decays = 32, Scales = 48, Parts = 64;

    /// <summary>Floats of a block.</summary>
    internal const int Floats = 80;

    /// <summary>The lanes whose parameters change. A rate is −learning rate, and −0 or 0 changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Moves<S, V>(V rates)
        where S : struct, ISimd<V>
        where V : struct => S.Greater(S.Broadcast(0f), rates);

    /// <summary>The numbers of one network.</summary>
    internal static void Write(float* terms, int lane, in UpdateTerms update)
    {
        terms[Rates + lane] = update.Rate;
        terms[Keeps + lane] = update.Keep;
        terms[Decays + lane] = update.Decay;
        terms[Scales + lane] = 1f;
        terms[Parts + lane] = 1f;
    }
}
