
namespace FastNN.Tests.Model;

/// <summary>The options of Fit.</summary>
internal sealed record ModelFitOptions
{
    internal required int Epochs { get; init; }

    internal int BatchSize { get; init; } = 32;

    internal int Seed { get; init; }

    internal bool Shuffle { get; init; } = true;

    internal float ValidationSplit { get; init; }

    internal float[] ValidationInputs { get; init; } = [];

    internal float[] ValidationTargets { get; init; } = [];

    /// <summary>None, one for each sample, or one for each output of each sample.</summary>
    internal float[] SampleWeights { get; init; } = [];

    internal float[] ValidationWeights { get; init; } = [];

    internal float[] ClassWeights { get; init; } = [];

    internal float MinImprovement { get; init; }

    internal int? Patience { get; init; }

    internal bool RestoreBest { get; init; } = true;

    /// <summary>EpochDone gives false after this many epochs.</summary>
    internal int StopAfter { get; init; } = int.MaxValue;
}

/// <summary>Fit, step by step. The properties say how far the run is. Epochs and steps count from 0.</summary>
internal sealed class ModelFit
{
    private readonly ModelTrainer _trainer;
    private readonly ModelFitOptions _options;
    private readonly float[][] _x, _y;
    private readonly float[] _validationX, _validationY, _validationW;
    private readonly float[][] _w;

    internal ModelFit(ModelTrainer trainer, float[] inputs, float[] targets, ModelFitOptions options)
    {
        (_trainer, _options) = (trainer, options);
        (float[] X, float[] Y)[] samples = [.. trainer.Samples(inputs, targets)];
        int n = samples.Length - HeldOut(options.ValidationSplit, samples.Length);
        (_x, _y) = ([.. samples[..n].Select(sample => sample.X)], [.. samples[..n].Select(sample => sample.Y)]);
        float[][] w = [.. options.SampleWeights.Chunk(Math.Max(1, options.SampleWeights.Length / samples.Length))];
        _w = [.. w.Take(n)];
        _validationW = [.. w.Skip(n).SelectMany(row => row), .. options.ValidationWeights];
        _validationX = [.. samples[n..].SelectMany(sample => sample.X), .. options.ValidationInputs];
        _validationY = [.. samples[n..].SelectMany(sample => sample.Y), .. options.ValidationTargets];
    }

    internal enum Stop
    {
        Completed,
        EarlyStopped,
        StoppedByCallback,
        Diverged,
        Converged,
    }

    /// <summary>e.</summary>
    internal int Epoch { get; private set; }

    /// <summary>k, the next step of the epoch.</summary>
    internal int Step { get; private set; }

    internal double K { get; private set; }

    /// <summary>W, the sum of the weights of samples so far in the epoch. It stays 0 if samples have none.</summary>
    internal double W { get; private set; }

    internal int? BestEpoch { get; private set; }

    internal float BestCost { get; private set; }

    internal float[]? BestParameters { get; private set; }

    internal int EpochsWithoutImprovement { get; private set; }

    /// <summary>The cost of each epoch, the cost of its validation, and whether the latter is the best so far.</summary>
    internal List<(float Cost, float? Validation, bool IsBest)> Epochs { get; } = [];

    /// <summary>The reason why the run has ended.</summary>
    internal Stop? Reason { get; private set; }

    /// <summary>The place at which the run diverged, the cost of the step, and its learning rate r.</summary>
    internal (int Epoch, int Step, float Cost, float LearningRate)? Divergence { get; private set; }

    /// <summary>⌊p·N⌋, or the nearest whole number k if float(k/N) is p.</summary>
    internal static int HeldOut(float p, int samples)
    {
        double v = (double)p * samples, k = Math.Floor(v + 0.5);
        return (int)((float)(k / samples) == p ? k : Math.Floor(v));
    }

    internal void Run()
    {
        while (Reason is null) MakeStep();
    }

    /// <summary>Puts the best parameters back, and measures the validation samples.</summary>
    internal (float Cost, double? Accuracy, double R2)? Finish()
    {
        if (_options is { Patience: not null, RestoreBest: true }) BestParameters?.CopyTo(_trainer.Network.Parameters, 0);
        return Measure();
    }

    internal void MakeStep()
    {
        int n = _x.Length, B = _trainer.Rule is LbfgsRule ? n : Math.Min(_options.BatchSize, n);
        int[] order = _options.Shuffle && B < n ? Generator.Order(n, _options.Seed, Epoch) : [.. Enumerable.Range(0, n)];
        int[] batch = [.. order.Skip(Step * B).Take(B)];
        float r = (float)_trainer.LearningRate;
        float[]? w = WeightsOf(batch);
        float C = _trainer.Step([.. batch.SelectMany(s => _x[s])], [.. batch.SelectMany(s => _y[s])], w, ofFit: true);
        bool last = Step * B + batch.Length == n;
        if (!float.IsFinite(C) || (last && !_trainer.IsFinite))
        {
            (Reason, Divergence) = (Stop.Diverged, (Epoch, Step, C, r));
            return;
        }

        bool ofSamples = w?.Length == batch.Length;
        if (ofSamples) W += w!.Aggregate(0.0, (sum, weight) => sum + weight);
        K += _trainer.Mean ? (double)C * batch.Length : C;
        Step++;
        if (last) EndEpoch(!ofSamples ? (float)(K / n) : W == 0 ? 0 : (float)(K / W));
    }

    /// <summary>The weights of the samples of a step; null if there are none.</summary>
    private float[]? WeightsOf(int[] batch)
    {
        float[] classes = _options.ClassWeights;
        if (_w.Length == 0 && classes.Length == 0) return null;
        if (classes.Length == 0) return [.. batch.SelectMany(s => _w[s])];
        return [.. from s in batch from w in _w.Length == 0 ? [1f] : _w[s] select w * classes[ClassOf(_y[s])]];

        static int ClassOf(float[] y) => y.Length == 1 ? (y[0] >= 0.5f ? 1 : 0) : Array.IndexOf(y, y.Max());
    }

    private void EndEpoch(float cost)
    {
        float? validation = Measure()?.Cost;
        Epochs.Add((cost, validation, validation is { } V && IsBest(V)));
        (Epoch, Step, K, W) = (Epoch + 1, 0, 0, 0);
        if (EpochsWithoutImprovement >= _options.Patience) Reason = Stop.EarlyStopped;
        if (Epoch == _options.Epochs) Reason = Stop.Completed;
        if (_trainer.Iteration is Iteration.FoundNothing) Reason = Stop.Converged;
        if (Epoch == _options.StopAfter) Reason = Stop.StoppedByCallback;
    }

    private bool IsBest(float V)
    {
        EpochsWithoutImprovement++;
        if (!float.IsFinite(V) || (BestEpoch is not null && (double)BestCost - V <= _options.MinImprovement)) return false;
        (BestEpoch, BestCost, BestParameters, EpochsWithoutImprovement) = (Epoch, V, [.. _trainer.Network.Parameters], 0);
        return true;
    }

    private (float Cost, double? Accuracy, double R2)? Measure() =>
        _validationX.Length == 0 ? null
        : _validationW.Length == 0 ? Measures.Of(_trainer, _validationX, _validationY)
        : WeightedMeasures.Of(_trainer, _validationX, _validationY, _validationW);
}
