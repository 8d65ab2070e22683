using System.Diagnostics;
using FastNN.Bench.Machine;

namespace FastNN.Bench.Peers;

/// <summary>A contender with a problem in its hands: what it computes, and how long it takes.</summary>
internal sealed class Entry : IDisposable
{
    /// <summary>Calls that take longer are left out: they would need minutes, and nobody need know them exactly.</summary>
    private static readonly TimeSpan s_longestCall = TimeSpan.FromSeconds(1);
    private readonly IPeer _peer;
    private readonly Dictionary<Pass, Measurement> _measurements = [];

    internal Entry(Contender contender, Problem problem)
    {
        (Contender, Problem, _peer) = (contender, problem, contender.Create(problem));
        if (!problem.Kind.Adam) _measurements[Pass.Forward] = new Measurement(calls => { for (; calls > 0; calls--) _peer.Forward(); });
        if (_peer is ITrainingPeer trainer)
            _measurements[Pass.Step] = new Measurement(calls => { for (; calls > 0; calls--) trainer.Step(); });
    }

    internal Contender Contender { get; }

    internal Problem Problem { get; }

    /// <summary>
    /// Of the passes that this contender has, that another kind does not have as well, and that are short enough, as <see cref="Compute"/>
    /// finds.
    /// </summary>
    internal IReadOnlyDictionary<Pass, Measurement> Measurements => _measurements;

    /// <summary>The passes left out, and how long a call takes.</summary>
    internal Dictionary<Pass, TimeSpan> TooLong { get; } = [];

    /// <summary>Runs forward once and as many steps as are compared, and says what came of it.</summary>
    internal Results Compute()
    {
        float[] outputs = new float[Problem.Targets.Length];
        Run(Pass.Forward, _peer.Forward);
        _peer.ReadOutputs(outputs);
        if (_peer is not ITrainingPeer trainer) return new Results(outputs, null);

        float[] parameters = new float[Problem.Parameters.Length];
        for (int step = 0; step < Problem.StepsToCompare; step++) Run(Pass.Step, trainer.Step);
        trainer.ReadParameters(parameters);
        return new Results(outputs, parameters);
    }

    public void Dispose() => _peer.Dispose();

    private void Run(Pass pass, Action call)
    {
        long start = Stopwatch.GetTimestamp();
        call();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        if (elapsed <= s_longestCall || Contender == Contender.FastNN) return;

        _measurements.Remove(pass);
        TooLong[pass] = elapsed;
    }
}

/// <summary>Of a forward pass, and the parameters after the steps, if there are any.</summary>
internal sealed record Results(float[] Outputs, float[]? Parameters);
