
namespace FastNN.Ensembles;

/// <summary>How far the training of each member has come. It is the twin of <see cref="FitState"/> for many networks.</summary>
internal sealed unsafe class MemberFit
{
    private readonly MemberStore _members;
    private readonly FitOptions _options;
    private readonly int[] _epochs, _bestEpochs, _without;
    private readonly float[] _lastCosts, _bestCosts, _bestTrainingCosts;
    private readonly double[] _sums; // of the costs in this epoch
    private readonly StopReason[] _reasons;
    private readonly Divergence?[] _divergences;
    private readonly float[]?[] _best; // parameters

    internal MemberFit(MemberStore members, FitOptions options)
    {
        (_members, _options) = (members, options);
        int count = members.Count;
        Stopped = new bool[count];
        (_epochs, _bestEpochs, _without) = (new int[count], new int[count], new int[count]);
        (_lastCosts, _bestCosts, _bestTrainingCosts) = (new float[count], new float[count], new float[count]);
        (_sums, _reasons, _divergences, _best) = (new double[count], new StopReason[count], new Divergence?[count], new float[]?[count]);
    }

    /// <summary>Whether a member has ended.</summary>
    internal bool[] Stopped { get; }

    internal bool AllStopped => !Stopped.Contains(false);

    private bool Restores => _options is { Patience: not null, RestoreBest: true };

    /// <summary>Adds the cost of a step, which stands for so many samples.</summary>
    internal void Add(int member, double cost) => _sums[member] += cost;

    internal void Diverge(int member, Divergence divergence)
    {
        _divergences[member] = divergence;
        Stop(member, StopReason.Diverged);
    }

    /// <summary>Counts an epoch. If there is a validation cost, it may be the best, or patience may end.</summary>
    internal void FinishEpoch(int member, int samples, float? validationCost)
    {
        _epochs[member]++;
        float cost = _lastCosts[member] = (float)(_sums[member] / samples);
        _sums[member] = 0;
        if (validationCost is { } measured) Judge(member, measured, cost);
        if (_epochs[member] >= _options.Epochs) Stop(member, StopReason.Completed);
        else if (_without[member] >= _options.Patience) Stop(member, StopReason.EarlyStopped);
    }

    /// <summary>Puts the best parameters back, where the options say so.</summary>
    internal void Restore()
    {
        for (int i = 0; i < _best.Length; i++)
        {
            if (_best[i] is { } best) _members.Write(i, best);
        }
    }

    internal MemberFitResult Result(int member, float? validationCost)
    {
        float? cost = _best[member] is not null ? _bestTrainingCosts[member] : _epochs[member] > 0 ? _lastCosts[member] : null;
        return new MemberFitResult(
            _reasons[member], _epochs[member], cost, validationCost, _bestEpochs[member], _divergences[member]);
    }

    private void Judge(int member, float cost, float trainingCost)
    {
        bool isBest = float.IsFinite(cost)
            && (_bestEpochs[member] == 0 || (double)_bestCosts[member] - cost > _options.MinImprovement);
        if (!isBest)
        {
            _without[member]++;
            return;
        }

        _bestEpochs[member] = _epochs[member];
        _bestCosts[member] = cost;
        _bestTrainingCosts[member] = trainingCost;
        _without[member] = 0;
        if (Restores) _members.Read(member, _best[member] ??= new float[_members.Shape.Parameters.Length]);
    }

    private void Stop(int member, StopReason reason)
    {
        _reasons[member] = reason;
        Stopped[member] = true;
    }
}
