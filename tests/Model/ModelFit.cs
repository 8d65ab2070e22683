using System.Numerics;

namespace FastNN.Tests.Model;

/// <summary>The options of Fit.</summary>
internal sealed record ModelFitOptions
{
    internal int Epochs { get; init; } = 1;

    internal int BatchSize { get; init; } = 32;

    internal int Seed { get; init; }

    internal bool Shuffle { get; init; } = true;

    internal float ValidationSplit { get; init; }

    internal float[] ValidationInputs { get; init; } = [];

    internal float[] ValidationTargets { get; init; } = [];

    internal float MinImprovement { get; init; }

    internal int? Patience { get; init; }

    internal bool RestoreBest { get; init; } = true;
}

/// <summary>Fit. The properties are what the page says about the run so far.</summary>
internal sealed class ModelFit
{
    private readonly ModelTrainer _trainer;
    private readonly ModelFitOptions _options;
    private readonly float[][] _x, _y;
    private readonly float[] _validationX, _validationY;

    internal ModelFit(ModelTrainer trainer, float[] inputs, float[] targets, ModelFitOptions options)
    {
        (_trainer, _options) = (trainer, options);
        float[][] x = [.. ModelNetwork.Rows(inputs, trainer.Network.Inputs)], y = [.. ModelNetwork.Rows(targets, trainer.Network.Outputs)];
        int n = x.Length - HeldOut(options.ValidationSplit, x.Length);
        (_x, _y) = (x[..n], y[..n]);
        _validationX = [.. x[n..].SelectMany(row => row), .. options.ValidationInputs];
        _validationY = [.. y[n..].SelectMany(row => row), .. options.ValidationTargets];
    }

    internal List<(float Cost, float? Validation, bool IsBest)> Epochs { get; } = [];

    internal StopReason Reason { get; private set; }

    /// <summary>The epoch and the step at which the run diverged.</summary>
    internal (int Epoch, int Step)? Divergence { get; private set; }

    internal int BestEpoch { get; private set; }

    internal float BestCost { get; private set; }

    internal float[]? BestParameters { get; private set; }

    internal int EpochsWithoutImprovement { get; private set; }

    internal bool Restored { get; private set; }

    internal (float Cost, double Accuracy, double R2)? Validation { get; private set; }

    internal enum StopReason
    {
        Completed,
        EarlyStopped,
        Diverged,
    }

    /// <summary>⌊p·N⌋, with p rounded to seven significant decimal digits.</summary>
    internal static int HeldOut(float p, int samples)
    {
        if (p == 0) return 0;
        // p is mantissa / 2^binary. digits / 10^decimals is p, rounded so that digits has seven digits.
        int binary = 150;
        BigInteger mantissa = (BigInteger)Math.ScaleB((double)p, binary);
        int decimals = 0;
        while (mantissa * BigInteger.Pow(10, decimals) >> binary < 1_000_000) decimals++;
        BigInteger scaled = mantissa * BigInteger.Pow(10, decimals), digits = scaled >> binary;
        int comparison = (scaled - (digits << binary)).CompareTo(BigInteger.One << (binary - 1));
        if (comparison > 0 || (comparison == 0 && !digits.IsEven)) digits++;
        return (int)(digits * samples / BigInteger.Pow(10, decimals));
    }

    internal void Run()
    {
        for (int epoch = 0; !RunEpoch(epoch); epoch++)
        {
        }

        if (_options is { Patience: not null, RestoreBest: true } && BestParameters is not null)
        {
            BestParameters.CopyTo(_trainer.Network.Parameters, 0);
            Restored = true;
        }

        if (_validationX.Length > 0) Validation = Measures.Of(_trainer, _validationX, _validationY);
    }

    /// <summary>Says whether the run ends.</summary>
    private bool RunEpoch(int epoch)
    {
        int n = _x.Length;
        int[] order = _options.Shuffle ? Generator.Order(n, _options.Seed, epoch) : [.. Enumerable.Range(0, n)];
        double K = 0;
        int step = 0;
        foreach (int[] batch in order.Chunk(Math.Min(_options.BatchSize, n)))
        {
            float cost = _trainer.Step([.. batch.SelectMany(s => _x[s])], [.. batch.SelectMany(s => _y[s])]);
            if (!float.IsFinite(cost)) return Diverged(epoch, step);
            K += _trainer.Mean ? (double)cost * batch.Length : cost;
            step++;
        }

        IEnumerable<float> numbers = _trainer.Rule.States.SelectMany(state => state).Concat(_trainer.Network.Parameters);
        if (!numbers.All(float.IsFinite)) return Diverged(epoch, step - 1);
        float? validation = _validationX.Length > 0 ? Measures.Of(_trainer, _validationX, _validationY).Cost : null;
        bool isBest = validation is { } V && Improves(V, epoch);
        Epochs.Add(((float)(K / n), validation, isBest));
        if (Epochs.Count == _options.Epochs) Reason = StopReason.Completed;
        else if (EpochsWithoutImprovement >= _options.Patience) Reason = StopReason.EarlyStopped;
        else return false;
        return true;
    }

    private bool Improves(float V, int epoch)
    {
        if (float.IsFinite(V) && (BestParameters is null || (double)BestCost - V > _options.MinImprovement))
        {
            (BestEpoch, BestCost, BestParameters, EpochsWithoutImprovement) = (epoch, V, [.. _trainer.Network.Parameters], 0);
            return true;
        }

        EpochsWithoutImprovement++;
        return false;
    }

    private bool Diverged(int epoch, int step)
    {
        (Reason, Divergence) = (StopReason.Diverged, (epoch, step));
        return true;
    }
}
