using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastNN.Bench.Compare;

/// <summary>
/// A method of a network or trainer that is called by a delegate to it, without a method between. Both builds pay for the delegate alike.
/// </summary>
internal sealed class Call
{
    private readonly Forward? _forward;
    private readonly Step? _step;
    private readonly float[] _inputs, _targets;

    internal Call(object network, object? trainer, float[] inputs, float[] targets)
    {
        (_inputs, _targets) = (inputs, targets);
        if (trainer is null) _forward = Of<Forward>(network);
        else _step = Of<Step>(trainer);
    }

    private delegate void Forward(ReadOnlySpan<float> inputs, Span<float> outputs, int threads);

    private delegate float Step(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, CancellationToken cancellationToken);

    /// <summary>The method with the name and the parameters of the delegate. There are overloads of it.</summary>
    private static T Of<T>(object target)
        where T : Delegate
    {
        Type[] parameters = Array.ConvertAll(typeof(T).GetMethod("Invoke")!.GetParameters(), parameter => parameter.ParameterType);
        return target.GetType().GetMethod(typeof(T).Name, parameters)!.CreateDelegate<T>(target);
    }

    /// <summary>Of one call among so many.</summary>
    internal double Nanoseconds(int calls)
    {
        long start = Stopwatch.GetTimestamp();
        Repeat(calls);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls;
    }

    /// <summary>
    /// Optimised from the start and without a profile, by which the JIT would inline the method of one build and not the other's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Repeat(int calls)
    {
        if (_forward is { } forward)
        {
            for (int call = 0; call < calls; call++) forward(_inputs, _targets, 1);
        }
        else
        {
            for (int call = 0; call < calls; call++) _step!(_inputs, _targets, default);
        }
    }
}
