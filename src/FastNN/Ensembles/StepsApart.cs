using System.Runtime.CompilerServices;
using FastNN.Contract;

namespace FastNN.Ensembles;

/// <summary>The steps of networks one by one: each has a trainer.</summary>
internal sealed unsafe class StepsApart : MemberSteps
{
    private readonly StepSettings _settings;
    private readonly Trainer[] _trainers;
    private readonly int _inputs, _outputs;
    private MemberSamples _samples;
    private Work _work;
    private float* _costs;

    internal StepsApart(MembersApart members, StepSettings settings)
    {
        _settings = settings;
        _inputs = members.Shape.Inputs;
        _outputs = members.Shape.Outputs;
        _trainers = new Trainer[members.Count];
        for (int i = 0; i < _trainers.Length; i++)
        {
            Optimizer own = settings.Optimizer.With(settings.LearningRateOf(i), settings.WeightDecayOf(i));
            _trainers[i] = new Trainer(members.Networks[i], own, settings.Cost, settings.Reduction);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Step(in MemberSamples samples, float* costs)
    {
        StepNumbers numbers = _settings.Optimizer.NumbersAt(Steps);
        for (int i = 0; i < _trainers.Length; i++) // all are checked before the first one steps
        {
            Optimizer own = _trainers[i].Optimizer;
            own.LearningRate = _settings.LearningRateOf(i);
            own.TermsOf(in numbers, own.LearningRate, own.WeightDecay);
        }

        Run(in samples, Work.Step, costs);
        Steps++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Measure(in MemberSamples samples, bool isMean, float* costs) =>
        Run(in samples, isMean ? Work.Mean : Work.Sum, costs);

    internal override bool IsFinite(int member)
    {
        Trainer trainer = _trainers[member];
        return trainer.Network.Buffer.IsFinite && trainer.OptimizerState.IsFinite;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(in MemberSamples samples, Work work, float* costs)
    {
        _samples = samples;
        _work = work;
        _costs = costs;
        RunMembers(_trainers.Length, 1, _settings.Threads);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Do(int first, int members)
    {
        for (int i = first; i < first + members; i++)
        {
            if (AllStopped(i, 1)) continue;

            Trainer trainer = _trainers[i];
            var x = new ReadOnlySpan<float>(_samples.X + i * _samples.XStride, _samples.Count * _inputs);
            var y = new ReadOnlySpan<float>(_samples.Y + i * _samples.YStride, _samples.Count * _outputs);
            if (_work == Work.Mean)
            {
                _costs[i] = trainer.Measure(x, y).Cost;
            }
            else if (_work == Work.Sum)
            {
                _costs[i] = trainer.Evaluate(x, y);
            }
            else
            {
                trainer.OptimizerState.Steps = Steps;
                _costs[i] = trainer.Step(x, y);
            }
        }
    }

    internal override void Rearrange(ReadOnlySpan<int> sources)
    {
        foreach (string name in _settings.Optimizer.StateNames)
            MembersApart.Rearrange(sources, member => _trainers[member].OptimizerState[name]);
    }

    internal override void ReadStates(int member, OptimizerState states)
    {
        foreach (string name in states.Names) _trainers[member].OptimizerState[name].CopyTo(states[name]);
        states.Steps = Steps;
    }

    internal override void WriteStates(int member, OptimizerState states)
    {
        foreach (string name in states.Names) states[name].CopyTo(_trainers[member].OptimizerState[name]);
    }

    private enum Work
    {
        Step,

        /// <summary>The mean cost.</summary>
        Mean,

        /// <summary>The sum of the costs, which is that of the trainers' reduction.</summary>
        Sum,
    }
}
