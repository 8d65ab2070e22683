using System.Runtime.InteropServices;
using FastNN.Bench.Machine;

namespace FastNN.Bench.Ensembles;

/// <summary>
/// The same work for the same networks: an ensemble, and a loop over networks alone. With more threads than one the loop is
/// <see cref="Parallel.For(int, int, ParallelOptions, Action{int})"/>.
/// </summary>
internal sealed class EnsembleDuel
{
    /// <summary>So small that thousands of steps change the parameters little: no gradient becomes 0 or subnormal.</summary>
    private const float SgdRate = 1e-4f, AdamRate = 1e-6f;
    private const int StepsToCompare = 3;
    private readonly Network[] _networks;
    private readonly Trainer[] _trainers = [];
    private readonly NetworkEnsemble _ensemble;
    private readonly EnsembleTrainer? _trainer;
    private readonly float[] _inputs, _targets, _outputs, _ensembleOutputs;
    private readonly int _samplesIn, _samplesOut;
    private readonly Action<int> _alone;
    private readonly ParallelOptions _options;

    internal EnsembleDuel(EnsembleTask task, int threads)
    {
        (Task, Threads) = (task, threads);
        (_networks, _ensemble) = (task.CreateNetworks(), task.CreateEnsemble());
        (_samplesIn, _samplesOut) = (task.Batch * task.Widths[0], task.Batch * task.Widths[^1]);
        var random = new Random(1);
        _inputs = [.. Enumerable.Range(0, task.Members * _samplesIn).Select(_ => 2f * random.NextSingle() - 1f)];
        _targets = [.. Enumerable.Range(0, task.Members * _samplesOut).Select(_ => 0.25f + 0.5f * random.NextSingle())];
        (_outputs, _ensembleOutputs) = (new float[_targets.Length], new float[_targets.Length]);
        if (task.Pass != MemberPass.Forward)
        {
            Optimizer optimizer = task.Pass == MemberPass.Adam ? new Adam(AdamRate) : new Sgd(SgdRate);
            _trainers = [.. _networks.Select(network => new Trainer(network, optimizer))];
            _trainer = new EnsembleTrainer(_ensemble, optimizer, threads: threads);
        }

        _alone = task.Pass == MemberPass.Forward ? Forward : Step;
        _options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Loop = new Measurement(calls => Repeat(calls, RunLoop));
        Ensemble = new Measurement(calls => Repeat(calls, RunEnsemble));
    }

    internal EnsembleTask Task { get; }

    internal int Threads { get; }

    /// <summary>A call of the loop: all members once.</summary>
    internal Measurement Loop { get; }

    /// <summary>A call of the ensemble.</summary>
    internal Measurement Ensemble { get; }

    /// <summary>Whether both give the same bits: outputs or costs, and all parameters.</summary>
    internal bool IsValid()
    {
        var member = new Network(Task.Widths, EnsembleTask.Activation, EnsembleTask.Activation, seed: 0);
        for (int call = 0; call < StepsToCompare; call++)
        {
            RunLoop();
            RunEnsemble();
            if (!Same(_outputs, _ensembleOutputs)) return false;
        }

        for (int i = 0; i < Task.Members; i++)
        {
            _ensemble.Read(i, member);
            if (!Same(_networks[i].Parameters, member.Parameters)) return false;
        }

        return true;
    }

    private static bool Same(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));

    private static void Repeat(int calls, Action call)
    {
        for (; calls > 0; calls--) call();
    }

    private void RunLoop()
    {
        if (Threads > 1) Parallel.For(0, _networks.Length, _options, _alone);
        else if (Task.Pass == MemberPass.Forward) LoopForward();
        else LoopSteps();
    }

    private void LoopForward()
    {
        for (int i = 0; i < _networks.Length; i++) Forward(i);
    }

    private void LoopSteps()
    {
        for (int i = 0; i < _networks.Length; i++) Step(i);
    }

    private void Forward(int i) =>
        _networks[i].Forward(_inputs.AsSpan(i * _samplesIn, _samplesIn), _outputs.AsSpan(i * _samplesOut, _samplesOut));

    private void Step(int i) =>
        _outputs[i] = _trainers[i].Step(_inputs.AsSpan(i * _samplesIn, _samplesIn), _targets.AsSpan(i * _samplesOut, _samplesOut));

    private void RunEnsemble()
    {
        if (_trainer is null) _ensemble.Forward(_inputs, _ensembleOutputs, Threads);
        else _trainer.Step(_inputs, _targets, _ensembleOutputs.AsSpan(0, Task.Members));
    }
}
