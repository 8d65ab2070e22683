using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;
using FastNN.Passes;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Ensembles;

/// <summary>The steps of members in the lanes. What the optimizer remembers lies as the parameters do.</summary>
internal sealed unsafe class StepsInLanes : MemberSteps
{
    private const int Lanes = MemberBlocks.Members;

    private readonly MembersInLanes _members;
    private readonly StepSettings _settings;
    private readonly NetworkPlan _plan;
    private readonly EnsembleTraining _training;
    private readonly AlignedBuffer[] _states;
    private readonly AlignedBuffer _terms; // of all blocks
    private readonly bool _descends;
    private UpdateTerms _common;
    private (double Factor, double Divisor, float Rate, bool Differ)? _written; // what the terms were made of
    private MemberSamples _samples;
    private bool _isMean, _updates;
    private float* _costs;

    internal StepsInLanes(MembersInLanes members, StepSettings settings)
    {
        _members = members;
        _settings = settings;
        _plan = members.Shape.Plan;
        Optimizer optimizer = settings.Optimizer;
        OutputKernels output = _plan.Functions[^1].Under(settings.Cost);
        _training = EnsembleTraining.Of(_plan, output, optimizer.KernelFrom(_plan.Kernels));
        _states = new AlignedBuffer[optimizer.StateNames.Count];
        for (int k = 0; k < _states.Length; k++) _states[k] = new AlignedBuffer(members.Floats);
        _terms = new AlignedBuffer(MemberTerms.Floats * MemberBlocks.Of(members.Count));
        _descends = optimizer is Sgd { IsPlain: true } && settings.WeightDecays == null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Step(in MemberSamples samples, float* costs)
    {
        WriteTerms();
        Run(in samples, _settings.Reduction == Reduction.Mean, true, costs);
        Steps++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Measure(in MemberSamples samples, bool isMean, float* costs) => Run(in samples, isMean, false, costs);

    internal override bool IsFinite(int member)
    {
        nint place = MemberBlocks.PlaceOf(member, _plan.Parameters);
        bool isFinite = AreFinite(_members.Parameters + place);
        foreach (AlignedBuffer state in _states) isFinite &= AreFinite(state.Pointer + place);
        return isFinite;
    }

    /// <summary>For a finite number x·0 is 0. For the others it is NaN, and NaN stays in a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool AreFinite(float* numbers)
    {
        float zeros = 0f;
        for (float* end = numbers + (nint)_plan.Parameters * Lanes; numbers < end; numbers += Lanes) zeros += *numbers * 0f;
        return zeros == 0f;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(in MemberSamples samples, bool isMean, bool updates, float* costs)
    {
        _samples = samples;
        (_isMean, _updates) = (isMean, updates);
        _costs = costs;
        RunMembers(_members.Count, Lanes, _settings.Threads);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Do(int first, int members)
    {
        int together = Routes.MembersTogether(_training.NeuronsOfSample, _plan.Parameters, _samples.Count, out int samples, Machine.Here);
        float* scratch = ThreadScratch.Get(_training.Scratch(together, samples));
        for (int end = first + members, here; first < end; first += here)
        {
            here = Math.Min(together * Lanes, end - first);
            if (AllStopped(first, here)) continue;

            nint place = MemberBlocks.PlaceOf(first, _plan.Parameters);
            var step = new MemberStep
            {
                Parameters = _members.Parameters + place,
                First = _states.Length > 0 ? _states[0].Pointer + place : null,
                Second = _states.Length > 1 ? _states[1].Pointer + place : null,
                Terms = _terms.Pointer + first / Lanes * MemberTerms.Floats,
                Common = _common,
                X = _samples.X + first * _samples.XStride,
                XStride = _samples.XStride,
                Y = _samples.Y + first * _samples.YStride,
                YStride = _samples.YStride,
                Costs = _costs + first,
                Members = here,
                Batch = _samples.Count,
                Together = samples,
                IsMean = _isMean,
                Updates = _updates,
                Descends = _descends,
                ClipNorm = _settings.Optimizer.ClipNorm,
            };
            _training.Step(in step, scratch);
        }
    }

    /// <summary>
    /// The numbers of this update for each member. If anything throws, it throws here. Most updates have the numbers of the one before.
    /// With β₁ = 0.9 those of Adam no longer change after some 350 updates.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteTerms()
    {
        Optimizer optimizer = _settings.Optimizer;
        StepNumbers numbers = optimizer.NumbersAt(Steps);
        UpdateTerms terms = optimizer.TermsOf(in numbers, _settings.LearningRateOf(0), _settings.WeightDecayOf(0));
        bool differ = _settings.LearningRates != null || _settings.WeightDecays != null;
        var written = (numbers.Factor, numbers.Divisor, terms.Rate, differ);
        _common = terms;
        if (_written == written && !Changed) return;

        _written = null;
        for (int i = 0; i < _members.Count; i++)
        {
            float* block = _terms.Pointer + i / Lanes * MemberTerms.Floats;
            if (differ) terms = optimizer.TermsOf(in numbers, _settings.LearningRateOf(i), _settings.WeightDecayOf(i));
            MemberTerms.Write(block, i % Lanes, in terms);
            if (Stopped is { } stopped && stopped[i]) block[MemberTerms.Rates + i % Lanes] = block[MemberTerms.Parts + i % Lanes] = 0f;
        }

        _written = written;
        Changed = false;
    }

    internal override void Rearrange(ReadOnlySpan<int> sources)
    {
        foreach (AlignedBuffer state in _states) _members.Rearrange(state, sources);
    }

    internal override void ReadStates(int member, OptimizerState states)
    {
        for (int k = 0; k < _states.Length; k++) MembersInLanes.Read(_states[k].Pointer, member, states[states.Names[k]]);
        states.Steps = Steps;
    }

    internal override void WriteStates(int member, OptimizerState states)
    {
        for (int k = 0; k < _states.Length; k++) MembersInLanes.Write(_states[k].Pointer, member, states[states.Names[k]]);
    }
}
