using FastNN.Bench.Machine;

namespace FastNN.Bench.Ensembles;

/// <summary>Two hundred small networks that learn the same samples: FitShared of an ensemble, and a loop of Fit.</summary>
internal sealed class FitDuel
{
    internal const int Members = 200, Samples = 1200, Epochs = 30, Batch = 16;
    private static readonly int[] s_widths = [8, 16, 1];
    private readonly float[] _inputs, _targets;
    private readonly NetworkEnsemble _ensemble = new(s_widths, Activation.Tanh, Activation.Identity, Members, seed: 1);
    private readonly Network[] _networks =
        [.. Enumerable.Range(1, Members).Select(seed => new Network(s_widths, Activation.Tanh, Activation.Identity, seed))];
    private readonly EnsembleTrainer _trainer;
    private readonly Trainer[] _trainers;

    internal FitDuel()
    {
        var random = new Random(1);
        _inputs = [.. Enumerable.Range(0, Samples * s_widths[0]).Select(_ => 2f * random.NextSingle() - 1f)];
        _targets = [.. Enumerable.Range(0, Samples).Select(s => MathF.Sin(3f * _inputs[s * s_widths[0]]) * _inputs[s * s_widths[0] + 1])];
        _trainer = new EnsembleTrainer(_ensemble, new Adam());
        _trainers = [.. _networks.Select(network => new Trainer(network, new Adam()))];
        Loop = new Measurement(calls => Repeat(calls, FitLoop));
        Ensemble = new Measurement(calls => Repeat(calls, FitEnsemble));
    }

    internal static string Size => string.Join('-', s_widths);

    internal Measurement Loop { get; }

    internal Measurement Ensemble { get; }

    /// <summary>Whether both have the same bits after the first fit.</summary>
    internal bool IsValid()
    {
        FitLoop();
        FitEnsemble();
        var member = new Network(s_widths, Activation.Tanh, Activation.Identity, seed: 0);
        for (int i = 0; i < Members; i++)
        {
            _ensemble.Read(i, member);
            if (!member.Parameters.SequenceEqual(_networks[i].Parameters)) return false;
        }

        return true;
    }

    private static void Repeat(int calls, Action call)
    {
        for (; calls > 0; calls--) call();
    }

    private static FitOptions Options(int seed) => new() { Epochs = Epochs, BatchSize = Batch, Seed = seed };

    private void FitLoop()
    {
        for (int i = 0; i < Members; i++) _trainers[i].Fit(_inputs, _targets, Options(1 + i));
    }

    private void FitEnsemble() => _trainer.FitShared(_inputs, _targets, Options(1));
}
